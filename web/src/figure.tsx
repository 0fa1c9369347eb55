// The frame of every figure: the finding, unit and source, a table twin, and downloads of picture and data.

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { T } from "./texts";

export interface Column {
  key: string;
  head: string;
  text?: boolean;
}

interface Props {
  name: string;
  title: string;
  subtitle: string;
  source: string;
  caveat?: string;
  columns: Column[];
  rows: Record<string, unknown>[];
  picture?: string; // drawn by the server
  show: (value: unknown, column: Column) => string;
  children: ComponentChildren;
}

export function Figure(props: Props) {
  const frame = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const drawing = () => frame.current?.querySelector("svg.drawing") as SVGSVGElement | null;
  return (
    <figure ref={frame} class="figure" id={`figure-${props.name}`} aria-labelledby={`title-${props.name}`}>
      <h3 id={`title-${props.name}`}>{props.title}</h3>
      <p class="sub">{props.subtitle}</p>
      {props.children}
      <figcaption>
        <span>
          Source: {props.source}. {props.caveat}
        </span>
        <span class="tools">
          <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {T.table}
          </button>
          <button type="button" class="link" onClick={() => saveCsv(props)}>
            CSV
          </button>
          <button type="button" class="link" onClick={() => saveSvg(drawing(), props)}>
            SVG
          </button>
          <button type="button" class="link" onClick={() => void savePng(drawing(), props)}>
            PNG
          </button>
        </span>
      </figcaption>
      {open && (
        <div class="wide" tabIndex={0} role="region" aria-label={`${T.table}: ${props.title}`}>
          <table>
            <thead>
              <tr>
                {props.columns.map((column) => (
                  <th scope="col" class={column.text ? "" : "n"}>
                    {column.head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {props.rows.map((row) => (
                <tr>
                  {props.columns.map((column) => (
                    <td class={column.text ? "" : "n"}>{props.show(row[column.key], column)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </figure>
  );
}

export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function saveCsv(props: Props): void {
  const cell = (value: unknown) => {
    const said = value === null || value === undefined ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(said) ? `'${said}` : said;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [props.columns.map((column) => cell(column.head)), ...props.rows.map((row) => props.columns.map((column) => cell(row[column.key])))];
  save(`${props.name}.csv`, new Blob(["\ufeff", lines.map((line) => line.join(",")).join("\n"), "\n"], { type: "text/csv" }));
}

/** The drawing on its own: with title and source, and with colours written out, since variables do not travel. */
function alone(drawing: SVGSVGElement, props: Props): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const from = drawing.querySelectorAll<SVGElement>("*");
  copy.querySelectorAll<SVGElement>("*").forEach((element, place) => {
    const style = getComputedStyle(from[place]!);
    for (const key of ["fill", "stroke", "stroke-width", "font-size", "font-weight", "text-anchor", "opacity"]) {
      element.style.setProperty(key, style.getPropertyValue(key));
    }
  });
  const [, , width, height] = (drawing.getAttribute("viewBox") ?? "0 0 600 400").split(" ").map(Number) as [number, number, number, number];
  const style = getComputedStyle(document.body);
  const ink = style.color;
  const note = (y: number, size: number, weight: number, said: string) =>
    `<text x="8" y="${y}" font-size="${size}" font-weight="${weight}" fill="${ink}">${said.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
  copy.setAttribute("viewBox", `0 -56 ${width} ${height + 84}`);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height + 84));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("font-family", "Inter, system-ui, Arial, sans-serif");
  const paper = `<rect x="0" y="-56" width="${width}" height="${height + 84}" fill="${style.backgroundColor}"/>`;
  copy.innerHTML = paper + note(-32, 18, 600, props.title) + note(-12, 13, 400, props.subtitle) + copy.innerHTML + note(height + 18, 10, 400, `Source: ${props.source}`);
  return new XMLSerializer().serializeToString(copy);
}

function saveSvg(drawing: SVGSVGElement | null, props: Props): void {
  if (props.picture) save(`${props.name}.svg`, new Blob([props.picture], { type: "image/svg+xml" }));
  else if (drawing) save(`${props.name}.svg`, new Blob([alone(drawing, props)], { type: "image/svg+xml" }));
}

async function savePng(drawing: SVGSVGElement | null, props: Props): Promise<void> {
  if (!drawing && !props.picture) return;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(props.picture || alone(drawing!, props))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  const context = canvas.getContext("2d")!;
  context.scale(2, 2);
  context.drawImage(image, 0, 0);
  canvas.toBlob((content) => content && save(`${props.name}.png`, content));
}
