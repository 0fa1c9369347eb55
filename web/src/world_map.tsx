// The world in equal areas: loss to gain around zero, hatch where an economy has no number, dots for the small.

import { geoEqualEarth } from "d3-geo";
import { useMemo } from "preact/hooks";
import type { Economy, Shape } from "./api";
import { diverging, end } from "./colour";
import { Figure } from "./figure";
import { T } from "./texts";
import { number, percent } from "./words";

const WIDTH = 720;
const HEIGHT = 350;
const SMALL = 12; // square pixels
const COLUMNS = [
  { key: "name", head: "Economy", text: true },
  { key: "percent", head: "Welfare, %" },
  { key: "million_usd", head: "million USD" },
  { key: "usd_per_head", head: "USD per head" },
];

interface Props {
  name?: string;
  reach?: number; // where the colours end, to share a scale
  shapes: Shape[];
  economies: Economy[];
  source: string;
  title: string;
  subtitle: string;
  onPick: (code: string) => void;
}

export function WorldMap(props: Props) {
  const drawn = useMemo(() => outlines(props.shapes), [props.shapes]);
  const byCode = new Map(props.economies.map((one) => [one.code, one]));
  const last = props.reach ?? end(props.economies.map((one) => one.percent));
  const colour = diverging(last);
  const fill = (code: string) => {
    const value = byCode.get(code)?.percent;
    return value === null || value === undefined ? null : colour(value);
  };
  const said = (code: string, name: string) => {
    const one = byCode.get(code);
    return one ? `${one.name}: ${percent(one.percent)}` : `${name}: ${T.inRest}`;
  };
  return (
    <Figure
      name={props.name ?? "map"}
      title={props.title}
      subtitle={props.subtitle}
      source={props.source}
      caveat={T.mapNote}
      columns={COLUMNS}
      rows={[...props.economies].sort((a, b) => (a.percent ?? 0) - (b.percent ?? 0)) as unknown as Record<string, unknown>[]}
      show={(value, column) => (column.text ? String(value) : number(value as number | null))}
    >
      <svg class="drawing" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${props.title}. ${props.subtitle}`}>
        <defs>
          <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line x1="0" y1="0" x2="0" y2="5" class="hatch" />
          </pattern>
        </defs>
        {drawn.map(({ shape, path }) => {
          const known = fill(shape.code);
          return (
            <g class="area" onClick={() => byCode.has(shape.code) && props.onPick(shape.code)}>
              <path d={path} class="land" style={{ fill: known ?? "var(--neutral)" }}>
                <title>{said(shape.code, shape.name)}</title>
              </path>
              {(shape.disputed || !known) && <path d={path} fill="url(#hatch)" pointer-events="none" />}
            </g>
          );
        })}
        {drawn
          .filter(({ shape, area }) => area < SMALL && byCode.has(shape.code))
          .map(({ shape, middle }) => (
            <circle cx={middle[0]} cy={middle[1]} r="3.5" class="dot" style={{ fill: fill(shape.code) ?? "var(--neutral)" }} onClick={() => props.onPick(shape.code)}>
              <title>{said(shape.code, shape.name)}</title>
            </circle>
          ))}
        <g transform={`translate(16 ${HEIGHT - 24})`} class="key">
          {[-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1].map((share, place) => (
            <rect x={place * 26} width="26" height="8" style={{ fill: colour(share * last) }} />
          ))}
          <text y="20">{number(-last)} or less</text>
          <text x="91" y="20" text-anchor="middle">
            0
          </text>
          <text x="182" y="20" text-anchor="end">
            {number(last)} or more
          </text>
        </g>
      </svg>
    </Figure>
  );
}

function outlines(shapes: Shape[]) {
  const projection = geoEqualEarth().fitExtent(
    [
      [4, 4],
      [WIDTH - 4, HEIGHT + 18],
    ],
    { type: "Sphere" },
  );
  return shapes.map((shape) => {
    // each ring is drawn as it lies on the page: winding and the date line are settled in the data
    const rings = shape.rings.map((ring) => ring.map(([x, y]) => projection([x / 10, y / 10])!));
    const line = rings.map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}Z`).join("");
    const area = rings.reduce((sum, ring) => sum + Math.abs(surface(ring)), 0);
    const first = rings[0] ?? [[0, 0]];
    const middle = first.reduce<[number, number]>((sum, [x, y]) => [sum[0] + x / first.length, sum[1] + y / first.length], [0, 0]);
    return { shape, path: line, area, middle };
  });
}

function surface(ring: [number, number][]): number {
  return ring.reduce((sum, [x, y], place) => {
    const [u, v] = ring[(place + 1) % ring.length]!;
    return sum + (x * v - u * y) / 2;
  }, 0);
}
