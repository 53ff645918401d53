import { PurchaseModel, SAMPLE_SOURCE } from '../../models/PurchaseModel.ts';
import { CDNOW_ESTIMATES, type ScoringParams } from './probabilityAlive.ts';

/**
 * What to tell people when the model's parameters, estimated on CDNOW's customers, are used on
 * others; null where there is nothing to warn of. Two look-ups in an index: for once at start.
 */
export async function parametersWarning(params: ScoringParams): Promise<string | null> {
  if (!sameParams(params, CDNOW_ESTIMATES)) return null;
  const [before, after] = await Promise.all([
    PurchaseModel.exists({ source: { $lt: SAMPLE_SOURCE } }),
    PurchaseModel.exists({ source: { $gt: SAMPLE_SOURCE } }),
  ]);
  if (before === null && after === null) return null;
  return (
    'P(alive) and segments use parameters estimated on the customers of CDNOW, a music shop in ' +
    '1997, and there are purchases that are not of that sample. Estimate r, alpha, a and b on ' +
    'your own and set SCORING_PARAMS; docs/scoring.md says how.'
  );
}

function sameParams(one: ScoringParams, other: ScoringParams): boolean {
  return one.r === other.r && one.alpha === other.alpha && one.a === other.a && one.b === other.b;
}
