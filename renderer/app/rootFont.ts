/** One rem in pixels: everything on the screen grows with it. */
export const rootFontPx = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
