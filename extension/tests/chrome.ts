/**
 * The parts of `chrome.*` that the tests need, by hand: the real ones only exist inside a browser, where the
 * end-to-end tests use them. The fakes keep what they are told and throw where the browser is known to.
 */
import { vi } from "vitest";
import manifest from "../manifest.json";
import type { ClientMessage, Info, Reply } from "../src/shared/protocol";
import { getMessage } from "./content/strings";

type Listener<A extends unknown[]> = (...args: A) => void;

export class FakeEvent<A extends unknown[]> {
  private readonly listeners = new Set<Listener<A>>();
  addListener = (listener: Listener<A>) => void this.listeners.add(listener);
  emit(...args: A): void {
    for (const listener of this.listeners) listener(...args);
  }
}

/** One end of a port; the test plays the other end. */
export class FakePort<Sent, Received> {
  readonly sent: Sent[] = [];
  readonly onMessage = new FakeEvent<[Received]>();
  readonly onDisconnect = new FakeEvent<[]>();
  connected = true;

  constructor(
    readonly name = "",
    readonly sender: Partial<chrome.runtime.MessageSender> = {},
  ) {}

  postMessage(message: Sent): void {
    if (!this.connected) throw new Error("Attempting to use a disconnected port object");
    this.sent.push(structuredClone(message));
  }

  /** As the browser: the end that disconnects is not told. */
  disconnect(): void {
    this.connected = false;
  }

  /** The other end goes away, with the words that the browser would leave. */
  drop(lastError?: string): void {
    this.connected = false;
    const runtime: { lastError?: chrome.runtime.LastError | undefined } = chrome.runtime;
    runtime.lastError = lastError === undefined ? undefined : { message: lastError };
    this.onDisconnect.emit();
    runtime.lastError = undefined;
  }

  get port(): chrome.runtime.Port {
    return this as unknown as chrome.runtime.Port;
  }
}

export const LIMITS: Info["limits"] = {
  message_bytes: 8 << 20,
  reply_bytes: 1 << 20,
  frame_width: 4096,
  frame_height: 2160,
  batch_frames: 64,
  batches_in_flight: 4,
  sessions: 16,
  participants: 100,
};

export const INFO: Info = {
  type: "info",
  versions: { veritile: "0.1.0", python: "3.11.2" },
  protocols: [1],
  model: { name: "mesonet", version: "1", sha256: "0".repeat(64) },
  provider: null,
  state: "loading",
  least_alarms_per_hour: null,
  log: { state: "on", path: "/home/ada/.local/share/veritile/log/calls.db", pictures: "off" },
  limits: LIMITS,
};

export const READY: Info = { ...INFO, state: "ready", provider: "CPUExecutionProvider" };

/** A native port whose host answers when the test says so. */
export class FakeNative extends FakePort<ClientMessage, unknown> {
  answer(id: number, reply: Reply): void {
    this.onMessage.emit({ v: 1, re: id, ...reply });
  }

  push(reply: Reply): void {
    this.onMessage.emit({ v: 1, ...reply });
  }

  /** Numbers of the requests of one type, oldest first. */
  ids(type: ClientMessage["type"]): number[] {
    return this.sent.filter((message) => message.type === type).map(({ id }) => id);
  }
}

class FakeStorage {
  values: Record<string, unknown> = {};
  readonly onChanged = new FakeEvent<[]>();
  get = async (keys: string | string[] | null) =>
    structuredClone(
      Object.fromEntries(
        (keys === null ? Object.keys(this.values) : [keys].flat()).flatMap((key) =>
          key in this.values ? [[key, this.values[key]]] : [],
        ),
      ),
    );
  set = async (values: Record<string, unknown>) => void Object.assign(this.values, structuredClone(values));
  remove = async (key: string) => void delete this.values[key];
}

export interface FakeChrome {
  local: FakeStorage;
  session: FakeStorage;
  managed: FakeStorage;
  /** Match patterns that are granted. */
  origins: Set<string>;
  registered: chrome.scripting.RegisteredContentScript[];
  /** Open tabs, id -> address. */
  tabs: Map<number, string>;
  /** Tabs that the content script was put into. */
  injected: number[];
  notified: { id: string; options: chrome.notifications.NotificationCreateOptions }[];
  clicked: FakeEvent<[string]>;
  /** Keyboard shortcuts. */
  commanded: FakeEvent<[string, { id: number }]>;
  /** Tabs that the side panel was opened in, and pages that were opened. */
  panels: number[];
  pages: string[];
  /** Messages to tabs. */
  told: [id: number, message: unknown][];
}

/** Whether a match pattern covers another one or an address; hosts only, which is all that the tests need. */
function covers(pattern: string, other: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${source}$`).test(other);
}

/** Puts a fresh fake in the place of `chrome`. */
export function fakeChrome(): FakeChrome {
  const fake: FakeChrome = {
    local: new FakeStorage(),
    session: new FakeStorage(),
    managed: new FakeStorage(),
    origins: new Set(manifest.host_permissions),
    registered: [],
    tabs: new Map(),
    injected: [],
    told: [],
    notified: [],
    clicked: new FakeEvent(),
    commanded: new FakeEvent(),
    panels: [],
    pages: [],
  };
  vi.stubGlobal("chrome", {
    runtime: {
      connectNative: () => undefined,
      lastError: undefined,
      getManifest: () => manifest,
      getURL: (path: string) => `chrome-extension://veritile/${path}`,
    },
    i18n: { getMessage },
    storage: { local: fake.local, session: fake.session, managed: fake.managed },
    permissions: {
      getAll: async () => ({ origins: [...fake.origins] }),
      contains: async ({ origins }: { origins: string[] }) =>
        origins.every((origin) => [...fake.origins].some((granted) => covers(granted, origin))),
    },
    action: {
      setIcon: async () => {},
      setTitle: async () => {},
      setBadgeBackgroundColor: async () => {},
      setBadgeText: vi.fn(async ({ tabId }: { tabId?: number }) => {
        if (tabId !== undefined && !fake.tabs.has(tabId)) throw new Error(`No tab with id: ${tabId}.`);
      }),
    },
    notifications: {
      create: async (id: string, options: chrome.notifications.NotificationCreateOptions) =>
        void fake.notified.push({ id, options }),
      clear: async (id: string) => {
        fake.notified = fake.notified.filter((shown) => shown.id !== id);
      },
      onClicked: fake.clicked,
    },
    commands: { onCommand: fake.commanded },
    sidePanel: { open: async ({ tabId }: { tabId: number }) => void fake.panels.push(tabId) },
    windows: { update: async () => {} },
    tabs: {
      create: async ({ url }: { url: string }) => void fake.pages.push(url),
      update: async (id: number) => (fake.tabs.has(id) ? { id, windowId: 1 } : Promise.reject(new Error("No tab"))),
      get: async (id: number) => ({ id, url: fake.tabs.get(id) }),
      sendMessage: async (id: number, message: unknown) => {
        if (fake.tabs.get(id)?.endsWith("/error"))
          throw new Error("Could not establish connection. Receiving end does not exist.");
        fake.told.push([id, message]);
      },
      query: async ({ url }: { url: string[] }) =>
        [...fake.tabs].flatMap(([id, address]) => (url.some((pattern) => covers(pattern, address)) ? [{ id }] : [])),
    },
    scripting: {
      getRegisteredContentScripts: async () => fake.registered,
      registerContentScripts: async (scripts: chrome.scripting.RegisteredContentScript[]) => {
        if (fake.registered.length) throw new Error(`Duplicate script ID '${fake.registered[0]?.id}'`);
        fake.registered = scripts;
      },
      updateContentScripts: async (scripts: chrome.scripting.RegisteredContentScript[]) => {
        if (!fake.registered.length) throw new Error("Nonexistent script ID");
        fake.registered = scripts;
      },
      unregisterContentScripts: async () => {
        fake.registered = [];
      },
      executeScript: async ({ target: { tabId } }: { target: { tabId: number } }) => {
        if (fake.tabs.get(tabId)?.endsWith("/error")) throw new Error("Frame with ID 0 is showing error page");
        fake.injected.push(tabId);
      },
    },
  });
  return fake;
}

/** Lets promises that are settled take effect; works with fake timers. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
