/** What a badge says, in the browser's language. */
import type { HostState, TileKind } from "../../shared/channel";
import type { VerdictItem } from "../../shared/protocol";
import type { Label, Reason } from "../../shared/vocabulary";

export interface BadgeState {
  label: Label;
  /** With `inconclusive`. */
  reason?: Reason;
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
  /** One sentence. */
  explanation: string;
}

export type Judgement = Pick<VerdictItem, "label" | "reason">;

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
  const { label, reason } = verdict;
  return { label, ...(label === "inconclusive" && reason && { reason }), quiet: false };
}

export function wordsFor({ label, reason, reconnecting }: BadgeState): Words {
  if (label !== "inconclusive") return { title: message(`label_${label}`), explanation: message(`explain_${label}`) };
  if (reason === "starting") return { title: message("badge_checking"), explanation: message("explain_starting") };
  if (reason === "host_lost") {
    return {
      title: message("reason_host_lost"),
      ...(reconnecting && { addition: message("badge_reconnecting") }),
      explanation: message("explain_host_lost"),
    };
  }
  return {
    title: message("label_inconclusive"),
    ...(reason && { addition: message(`reason_${reason}`) }),
    explanation: reason ? message(`explain_${reason}`) : "",
  };
}

/** "Ana: Likely real", for screen readers. */
export function spoken(name: string | undefined, { title, addition }: Words): string {
  const said = addition ? `${title} — ${addition}` : title;
  return message("badge_spoken", [name ?? message("badge_somebody"), said]);
}

function message(key: string, substitutions: string[] = []): string {
  return chrome.i18n.getMessage(key, substitutions);
}
