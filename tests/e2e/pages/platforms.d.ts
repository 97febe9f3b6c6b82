/** For the checks without a browser, which are TypeScript. */
export interface Layout {
  mode: string;
  people: { key: string }[];
}
export const LAYOUTS: Readonly<
  Record<"lobby" | "two" | "grid" | "speaker" | "presenting" | "camera_off" | "all" | "forty_nine", Layout>
>;
export const PAGES: Readonly<
  Record<"jitsi" | "meet" | "rooms" | "teams" | "zoom", { build(layout: Layout): Node[] }>
>;
