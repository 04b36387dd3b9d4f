import { describe, expect, it } from "vitest";

import { drawDeformation } from "../../../../../shared/data/digits/deformation.ts";
import { writeDigit } from "../../../../../shared/data/digits/handwriting.ts";
import { normal } from "../../../../../shared/data/digits/normal.ts";
import { DIGIT_STYLES } from "../../../../../shared/data/digits/skeletons.ts";
import { type Point, traceSpline } from "../../../../../shared/data/digits/spline.ts";
import { Random } from "../../../../../shared/random.ts";

const rigid = { elastic: 0, aspect: 0, slantMean: 0, slant: 0, rotation: 0 };

describe("skeletons", () => {
  it("hold 10 digits with 2 to 5 styles each, of 2 to 7 shapes on a sheet of 108 × 100", () => {
    expect(DIGIT_STYLES).toHaveLength(10);
    for (const styles of DIGIT_STYLES) {
      expect(styles.length).toBeGreaterThanOrEqual(2);
      expect(styles.length).toBeLessThanOrEqual(5);
      for (const { weight, shapes } of styles) {
        expect(weight).toBeGreaterThan(0);
        expect(shapes.length).toBeGreaterThanOrEqual(2);
        expect(shapes.length).toBeLessThanOrEqual(7);
        const points = shapes.flat(2);
        expect(Math.max(...points.map((point) => point.x))).toBeLessThanOrEqual(108);
        expect(Math.max(...points.map((point) => point.y))).toBeLessThanOrEqual(100);
      }
    }
  });
});

describe("traceSpline", () => {
  const path = [
    { x: 0, y: 0, corner: false },
    { x: 10, y: 40, corner: false },
    { x: 60, y: 40, corner: true },
    { x: 60, y: 100, corner: false },
  ];

  it("passes through each of 4 points, at every 6th step", () => {
    const trace = traceSpline(path);
    expect(trace).toHaveLength(19);
    for (const [index, { x, y }] of path.entries())
      expect(trace[6 * index]).toMatchObject({ x, y });
  });

  it("leaves a corner in a straight line, and bends without one", () => {
    expect(afterCorner(traceSpline(path))).toEqual(Array.from({ length: 7 }, () => 60));
    const smooth = path.map((point) => ({ ...point, corner: false }));
    expect(Math.max(...afterCorner(traceSpline(smooth)))).toBeGreaterThan(61);
  });
});

describe("drawDeformation", () => {
  it("keeps the distance of 2 points if it only rotates, and changes it if it bends", () => {
    const straight = Math.hypot(40, 70);
    expect(lengthUnder(drawDeformation(new Random(3), { ...rigid, rotation: 0.3 }))).toBeCloseTo(
      straight,
      9,
    );
    const bent = lengthUnder(drawDeformation(new Random(3), { ...rigid, elastic: 10 }));
    expect(Math.abs(bent - straight)).toBeGreaterThan(0.5);
  });

  it("turns by 0.2 radians per unit of its draw to within 1 %", () => {
    const angles = [1, 2, 3].map((seed) => {
      const deform = drawDeformation(new Random(seed), { ...rigid, rotation: 0.2 });
      const a = deform({ x: 0, y: 0 });
      const b = deform({ x: 50, y: 0 });
      return Math.atan2(b.y - a.y, b.x - a.x) / turnsOf(seed);
    });
    for (const angle of angles) expect(Math.abs(angle / 0.2 - 1)).toBeLessThan(0.01);
  });

  it("slants to the right: with 0.5, the top of 100 units is 50 to the right of the foot", () => {
    const deform = drawDeformation(new Random(4), { ...rigid, slantMean: 0.5 });
    const top = deform({ x: 30, y: 0 });
    const foot = deform({ x: 30, y: 100 });
    expect(top.x - foot.x).toBeCloseTo(50, 9);
    expect(foot.y - top.y).toBeCloseTo(100, 9);
  });
});

describe("normal", () => {
  it("has mean 0 and deviation 1 to within 0.02 over 20,000 draws, none beyond 3.47", () => {
    const random = new Random(11);
    const draws = Array.from({ length: 20_000 }, () => normal(random));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + draw * draw, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(Math.max(...draws.map((draw) => Math.abs(draw)))).toBeLessThan(3.47);
  });
});

describe("writeDigit", () => {
  it("uses every style of every digit in 300 tries", () => {
    for (const [digit, styles] of DIGIT_STYLES.entries()) {
      const structures = new Set(
        styles.map((style) => style.shapes[0]!.map((path) => 6 * (path.length - 1) + 1).join()),
      );
      const seen = new Set<string>();
      for (let seed = 0; seed < 300; seed++) {
        const strokes = writeDigit(digit, new Random(seed));
        seen.add(strokes.map((stroke) => stroke.length).join());
      }
      expect(seen, `digit ${digit}`).toEqual(structures);
    }
  });

  it("keeps the pressure of 1,000 digits between 0.4 and 1.6", () => {
    const pressures = Array.from({ length: 1000 }, (_, seed) =>
      writeDigit(seed % 10, new Random(seed)).flatMap((stroke) =>
        stroke.map((point) => point.pressure),
      ),
    ).flat();
    const { lowest, highest } = pressures.reduce(
      (range, pressure) => ({
        lowest: Math.min(range.lowest, pressure),
        highest: Math.max(range.highest, pressure),
      }),
      { lowest: Infinity, highest: -Infinity },
    );
    expect(lowest).toBeGreaterThan(0.4);
    expect(highest).toBeLessThan(1.6);
  });
});

/** The x positions of the span after the corner, the third of the path. */
function afterCorner(trace: Point[]): number[] {
  return trace.slice(12).map((point) => point.x);
}

/** The distance of two points after deformation; it was 80.6. */
function lengthUnder(deform: (point: Point) => Point): number {
  const a = deform({ x: 10, y: 20 });
  const b = deform({ x: 50, y: 90 });
  return Math.hypot(b.x - a.x, b.y - a.y);
}

/** The normal draw that becomes the angle: after the two lattices, the aspect and the slant. */
function turnsOf(seed: number): number {
  const random = new Random(seed);
  for (let draw = 0; draw < 2 * 16 + 2; draw++) normal(random);
  return normal(random);
}
