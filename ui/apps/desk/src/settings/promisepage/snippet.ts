/** The picture of the badge, from this very server: the desk shows no pictures of others. */
export const badgePath = (url: string): string => `${new URL(url).pathname}/badge.svg`;

/** What puts the badge on another page, where it leads to this one. Its words follow whoever looks at it. */
export function badgeSnippet(url: string, alt: string): string {
  return `<a href="${url}"><img src="${url}/badge.svg" height="28" alt="${escaped(alt)}"></a>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
