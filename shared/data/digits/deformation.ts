/**
 * @file How a hand deforms a whole digit: it writes it narrow or wide, slanted, rotated, and smoothly bent out of
 * its ideal shape. Maps points to points; knows nothing of strokes or pixels.
 */
import type { Random } from "../../random.ts";
import { normal } from "./normal.ts";
import type { Point } from "./spline.ts";

/** A map of the sheet onto itself. */
export type Deformation = (point: Point) => Point;

/** How much digits vary. Lengths are in units of the sheet, which is 100 high; the other values are ratios. */
export interface DeformationSpread {
  /** Standard deviation of the displacement of each lattice point. */
  readonly elastic: number;
  /** Standard deviation of width ÷ height around 1. */
  readonly aspect: number;
  /** Mean and standard deviation of the shear: units to the right per unit up. */
  readonly slantMean: number;
  readonly slant: number;
  /** Standard deviation of the angle in radians. */
  readonly rotation: number;
}

/** Lattice points along each axis, for cubic Bernstein polynomials. */
const LATTICE = 4;
/** Height of the sheet on which the skeletons are drawn. */
const SHEET = 100;
/** Roughly the middle of the digits' skeletons. */
const MIDDLE = { x: 35, y: 50 } as const;

/**
 * Draws a deformation: first elastic, then aspect, slant and rotation about the middle of the sheet.
 *
 * The elastic part moves the points of a 4 × 4 lattice over the sheet at random, and the plane moves with them: `p
 * ← p + Σᵢⱼ Bᵢ(u) Bⱼ(v) dᵢⱼ` with the cubic Bernstein polynomials B and (u, v) = p ÷ the sheet's height.
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
    const u = point.x / SHEET;
    const v = point.y / SHEET;
    const x = (point.x + bezierSurface(displacementX, u, v) - MIDDLE.x) * aspect;
    const y = point.y + bezierSurface(displacementY, u, v) - MIDDLE.y;
    const slantedX = x - slant * y;
    return { x: cosine * slantedX - sine * y, y: sine * slantedX + cosine * y };
  };
}

/** A plain array: a typed one of this size is memory outside of the heap, which costs more than all sums here. */
function drawLattice(random: Random, deviation: number): readonly number[] {
  const lattice = [];
  for (let i = 0; i < LATTICE * LATTICE; i++) lattice.push(deviation * normal(random));
  return lattice;
}

/** `Σᵢⱼ Bᵢ(u) Bⱼ(v) latticeⱼᵢ`: along each row first, then down the four results. */
function bezierSurface(lattice: readonly number[], u: number, v: number): number {
  return bezier(
    alongRow(lattice, 0, u),
    alongRow(lattice, 1, u),
    alongRow(lattice, 2, u),
    alongRow(lattice, 3, u),
    v,
  );
}

function alongRow(lattice: readonly number[], row: number, u: number): number {
  const start = row * LATTICE;
  return bezier(
    lattice[start] ?? 0,
    lattice[start + 1] ?? 0,
    lattice[start + 2] ?? 0,
    lattice[start + 3] ?? 0,
    u,
  );
}

/** The cubic Bézier curve of four values at t. */
function bezier(p0: number, p1: number, p2: number, p3: number, t: number): number {
  const s = 1 - t;
  return s * s * s * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t * t * t * p3;
}

/**
 * Approximate cosine and sine of `angle` without computing either: `tan(angle/2) ≈ angle/2` gives a point exactly
 * on the circle.
 */
function rotation(angle: number): { cosine: number; sine: number } {
  const half = angle / 2;
  const scale = 1 / (1 + half * half);
  return { cosine: (1 - half * half) * scale, sine: 2 * half * scale };
}
