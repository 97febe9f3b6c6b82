/** The match pattern of a page's site, or null when extensions cannot be let in there. */
export function sitePattern(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || protocol === "http:" ? `${protocol}//${hostname}/*` : null;
}
