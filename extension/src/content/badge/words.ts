/** What a badge says, in the browser's language. */
import type { HostState, TileKind } from "../../shared/channel";
import { type Explained, explain } from "../../shared/explanation";
import { text } from "../../shared/i18n";
import type { VerdictItem } from "../../shared/protocol";

/** What it explains is known where the host has judged. */
export interface BadgeState extends Explained {
  /** The host is being restarted. */
  reconnecting?: boolean;
  /** Nothing is amiss and nothing is judged: the mark alone is shown, the words on demand. */
  quiet: boolean;
}

export interface Words {
  /** "Likely real", or "Inconclusive". */
  title: string;
  /** "face too small": what follows the title where there is room. */
  addition?: string;
  /** What it means and rests on, in a sentence or two. */
  explanation: string;
}

export type Judgement = Pick<VerdictItem, "label" | "reason" | "advice" | "basis" | "p">;

/** What to show on a tile: undefined on one's own. What is known of the tile here comes before the host's verdict. */
export function badgeState(
  kind: TileKind,
  host: HostState["status"],
  verdict: Judgement | undefined,
  trouble: "frozen" | "unsupported" | undefined,
): BadgeState | undefined {
  if (kind === "self") return undefined;
  if (kind !== "camera") return { label: "inconclusive", reason: kind, quiet: true };
  if (host === "reconnecting" || host === "failed") {
    return { label: "inconclusive", reason: "host_lost", reconnecting: host === "reconnecting", quiet: false };
  }
  if (trouble) return { label: "inconclusive", reason: trouble, quiet: false };
  if (!verdict) return { label: "inconclusive", reason: "starting", quiet: false };
  const { label, reason, advice, basis, p } = verdict;
  return {
    label,
    ...(label === "inconclusive" && reason && { reason }),
    ...(advice && { advice }),
    frames: basis.frames,
    seconds: basis.seconds,
    ...(p !== undefined && { p }),
    quiet: false,
  };
}

export function wordsFor(state: BadgeState): Words {
  const { label, reason, reconnecting } = state;
  const explanation = explain(state);
  if (label !== "inconclusive") return { title: text(`label_${label}`), explanation };
  if (reason === "starting") return { title: text("badge_checking"), explanation };
  if (reason === "host_lost") {
    return {
      title: text("reason_host_lost"),
      ...(reconnecting && { addition: text("badge_reconnecting") }),
      explanation,
    };
  }
  return {
    title: text("label_inconclusive"),
    ...(reason && { addition: text(`reason_${reason}`) }),
    explanation,
  };
}

/** "Ana: Likely real", for screen readers. */
export function spoken(name: string | undefined, { title, addition }: Words): string {
  const said = addition ? `${title} — ${addition}` : title;
  return text("badge_spoken", name ?? text("badge_somebody"), said);
}
