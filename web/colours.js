// The page's colours for canvases, which know no style sheet.

/** The value of a custom property of the style sheet, such as "--accent". */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const MANY = 10; // --stream-0 to --stream-9 in style.css

const REMEMBERED = 2000; // ids

const given = new Map();
let next = 0;

/** The custom property of the colour of a stream: the same everywhere, and another one than that of its neighbours. */
export function streamColour(id) {
  if (!given.has(id)) {
    given.set(id, `--stream-${next % MANY}`);
    next += 1;
    if (given.size > REMEMBERED) given.delete(given.keys().next().value);
  }
  return given.get(id);
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
