/** The platforms, most particular first: a new one is one file and one line here. */
import { generic } from "./generic";
import { jitsi } from "./jitsi";
import { meet } from "./meet";
import { peercalls } from "./peercalls";
import { teams } from "./teams";
import type { Platform } from "./tile";
import { zoom } from "./zoom";

export const PLATFORMS: readonly Platform[] = [meet, zoom, teams, jitsi, peercalls, generic];

export function platformOf(document: Document): Platform {
  return PLATFORMS.find((platform) => platform.matches(document)) ?? generic;
}
