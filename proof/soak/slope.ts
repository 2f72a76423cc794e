export interface Point {
  x: number;
  y: number;
}

/** Of the straight line through the points with the least squares, in y per x. 0 for fewer than two places of x. */
export function slopeOf(points: readonly Point[]): number {
  const meanX = meanOf(points.map(({ x }) => x));
  const meanY = meanOf(points.map(({ y }) => y));
  const spread = sumOf(points.map(({ x }) => (x - meanX) ** 2));
  return spread === 0 ? 0 : sumOf(points.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
}

/** The value below which the given share of all lies; 0 of none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]) => (values.length === 0 ? 0 : sumOf(values) / values.length);
