import v8 from '@vitest/coverage-v8';
import { V8CoverageProvider } from '@vitest/coverage-v8/dist/provider.js';
import { type ProcessCoverage, processCoverage } from './processCoverage.ts';

type Report = V8CoverageProvider['generateCoverage'];

/**
 * Coverage by V8 as vitest measures it, and of the compiled commands that tests start beside it. The
 * two compilers begin statements at other columns, so that only lines can be added up.
 */
class CoverageWithProcesses extends V8CoverageProvider {
  #processes: ProcessCoverage | undefined;

  override initialize(vitest: Parameters<V8CoverageProvider['initialize']>[0]): void {
    super.initialize(vitest);
    this.#processes = processCoverage();
  }

  override async generateCoverage(context: Parameters<Report>[0]): ReturnType<Report> {
    const coverage = await super.generateCoverage(context);
    for (const file of (await this.#processes?.collect()) ?? []) coverage.merge(file);
    return coverage;
  }
}

export default { ...v8, getProvider: async () => new CoverageWithProcesses() };
