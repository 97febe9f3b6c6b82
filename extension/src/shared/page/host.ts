/** The host in one line, and what to do when it does not work. */
import type { HostState, Snapshot } from "../channel";
import { text } from "../i18n";
import { element, replace } from "./dom";
import { remedy } from "./remedy";

/** Fills the line and the card; returns whether the host has failed. */
export function showHost(
  { enabled, host }: Pick<Snapshot, "enabled" | "host">,
  line: HTMLElement,
  card: HTMLElement,
  retry: () => void,
): boolean {
  replace(line, { enabled, host }, () => describe(enabled, host));
  line.dataset.status = enabled ? host.status : "off";
  const failure = enabled && host.status === "failed" ? host.failure : undefined;
  card.hidden = failure === undefined;
  replace(card, { failure, detail: host.detail }, () => (failure ? remedy(failure, host.detail, retry) : []));
  return failure !== undefined;
}

function describe(enabled: boolean, { status, model, provider, logging, logTrouble }: HostState): Node[] {
  const state = !enabled ? "off" : status === "off" ? "waiting" : status;
  const line: Node[] = [element("span", { class: "state" }, text(`host_${state}`))];
  if (state === "ready" && model && provider)
    line.push(
      element("span", { class: "quiet" }, text("host_model", model, provider.replace("ExecutionProvider", ""))),
    );
  if (state === "ready" && logging) line.push(element("span", { class: "quiet" }, text("host_logging")));
  if (enabled && logTrouble) line.push(element("span", { class: "quiet aside" }, text("host_log", logTrouble)));
  return line;
}
