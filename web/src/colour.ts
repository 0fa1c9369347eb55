// Loss to gain in one diverging scale, centred on zero; sides keep their hue. Dark mode mirrors the lightness.

import { scaleLinear } from "d3-scale";

const LIGHT = ["#7A1F3D", "#C8566B", "#EBC4C4", "#F1EFEA", "#BFD5DC", "#4F93A8", "#164A63"];
const DARK = ["#F0B6C6", "#D97C90", "#6B3A45", "#2A2D31", "#2F4A54", "#6FAEC2", "#BFE0EC"];
export const SIDES: Record<string, string> = { sender: "var(--sender)", target: "var(--target)", partner: "var(--partner)", third: "var(--third)" };

export function diverging(end: number): (value: number) => string {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const stops = LIGHT.map((_, place) => (-1 + place / 3) * end);
  const scale = scaleLinear<string>(stops, dark ? DARK : LIGHT).clamp(true);
  return (value) => scale(value);
}

/** Where the colours end: the 95th percentile of sizes, rounded up, so that one economy does not bleach the rest. */
export function end(values: (number | null)[]): number {
  const sizes = values.filter((value): value is number => value !== null).map(Math.abs).sort((a, b) => a - b);
  const size = sizes[Math.floor(0.95 * (sizes.length - 1))] || sizes.at(-1) || 1;
  const unit = 10 ** Math.floor(Math.log10(size));
  return Math.ceil(size / unit) * unit;
}
export const SIDE_TEXT: Record<string, string> = { ...SIDES, partner: "var(--partner-text)", third: "var(--third-text)" };
