/**
 * @file What a person's hand does to a whole digit: writes it narrow or wide, slanted, turned, and bent smoothly out
 * of its ideal shape. Maps points to points; knows nothing of strokes or pixels.
 */
import { known } from "../../assert.ts";
import type { Random } from "../../random.ts";
import { normal } from "./normal.ts";
import type { Point } from "./spline.ts";

/** A map of the sheet onto itself. */
export type Deformation = (point: Point) => Point;

/** How far digits vary. Lengths are in units of the sheet, 100 high; the others are ratios. */
export interface DeformationSpread {
  /** Standard deviation of each lattice point's displacement. */
  readonly elastic: number;
  /** Standard deviation of width ÷ height about 1. */
  readonly aspect: number;
  /** Mean and standard deviation of the shear: steps to the right per step up. */
  readonly slantMean: number;
  readonly slant: number;
  /** Standard deviation of the angle in radians. */
  readonly rotation: number;
}

/** Lattice points along each axis: cubic Bernstein polynomials. */
const LATTICE = 4;

/**
 * Draws a deformation: elastic first, then aspect, slant and rotation about the middle of the sheet.
 *
 * The elastic part moves the points of a 4 × 4 lattice over the sheet at random and the plane with them,
 * `p ← p + Σᵢⱼ Bᵢ(u) Bⱼ(v) dᵢⱼ` with the cubic Bernstein polynomials B and (u, v) = p / 100.
 *
 * @see Sederberg & Parry, "Free-form deformation of solid geometric models", 1986.
 */
export function drawDeformation(random: Random, spread: DeformationSpread): Deformation {
  const displacementX = drawLattice(random, spread.elastic);
  const displacementY = drawLattice(random, spread.elastic);
  const aspect = 1 + spread.aspect * normal(random);
  const slant = spread.slantMean + spread.slant * normal(random);
  const { cosine, sine } = rotation(spread.rotation * normal(random));
  return (point) => {
    const u = point.x / 100;
    const v = point.y / 100;
    const bentY = point.y + interpolate(displacementY, u, v) - 50;
    const x = (point.x + interpolate(displacementX, u, v) - 35) * aspect - slant * bentY;
    return { x: cosine * x - sine * bentY, y: sine * x + cosine * bentY };
  };
}

function drawLattice(random: Random, deviation: number): Float64Array {
  return Float64Array.from({ length: LATTICE * LATTICE }, () => deviation * normal(random));
}

function interpolate(lattice: Float64Array, u: number, v: number): number {
  const across = bernstein(u);
  const down = bernstein(v);
  let sum = 0;
  for (let j = 0; j < LATTICE; j++) {
    for (let i = 0; i < LATTICE; i++) {
      const weight = known(across[i], "a weight") * known(down[j], "a weight");
      sum += weight * known(lattice[j * LATTICE + i], "a lattice point");
    }
  }
  return sum;
}

/** The cubic Bernstein polynomials at t; they sum to 1. */
function bernstein(t: number): readonly number[] {
  const s = 1 - t;
  return [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
}

/** Cosine and sine of about `angle` without either: `tan(angle/2) ≈ angle/2` gives a point exactly on the circle. */
function rotation(angle: number): { cosine: number; sine: number } {
  const half = angle / 2;
  const scale = 1 / (1 + half * half);
  return { cosine: (1 - half * half) * scale, sine: 2 * half * scale };
}
