import { SEGMENTS, type Segment, UserSummaryModel } from '../../models/UserSummaryModel.ts';

/** How many customers stand in each segment now, in the order of the segments. */
export async function countSegments(): Promise<Record<Segment, number>> {
  const counts = await Promise.all(
    SEGMENTS.map(
      async (segment) => [segment, await UserSummaryModel.countDocuments({ segment })] as const,
    ),
  );
  return Object.fromEntries(counts) as Record<Segment, number>;
}
