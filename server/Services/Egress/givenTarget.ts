import type { Allowance } from '../../config/egressAllowance.ts';
import { AppError } from '../../errors/AppError.ts';
import { EgressError } from './egressError.ts';
import { readTarget } from './target.ts';

/**
 * Reads an address that somebody gives, to be called later.
 * @throws AppError `VALIDATION_FAILED` that names the field and says why it may not be called.
 */
export function givenTarget(field: string, address: string, allowance: Allowance): URL {
  try {
    return readTarget(address, allowance);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    throw new AppError('VALIDATION_FAILED', `${field}: ${error.message}`, { cause: error });
  }
}
