// The page's colours for canvases, which know no style sheet.

/** The value of a custom property of the style sheet, such as "--accent". */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const MANY = 10; // --stream-0 to --stream-9 in style.css

/** One of the colours that tell streams apart, always the same for the same id. */
export function streamColour(id) {
  let sum = 0;
  for (const character of id) sum = (31 * sum + character.charCodeAt(0)) % 65521;
  return `--stream-${sum % MANY}`;
}

/** Sizes a canvas to the pixels that it covers; returns its context, in which one unit is one CSS pixel. */
export function contextOf(canvas) {
  const scale = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((size) => Math.round(size * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}
