import { join } from 'node:path';
import { showStep } from '../console.mjs';
import { keepRunning, portForService } from '../services/localServices.mjs';
import { isListening } from '../services/ports.mjs';
import { readSettings, setInEnvFile } from '../setup/envFile.mjs';
import { readState, updateState } from '../setup/state.mjs';
import { serverCli } from './serverCli.mjs';

const STOP_MS = 3_000;

/**
 * The first start with the sample adds the sample's services and starts their server; later ones keep the
 * server running for as long as one of the services is there.
 * @param {{wanted: boolean, onStart: (name: string) => void}} options whether the sample is being brought
 */
export async function provideSampleServices({ wanted, onStart }) {
  if (!wanted && (readState().sampleServices === undefined || !(await areThere()))) return;
  await showStep('services of the sample', async (progress) => {
    const port = readState().sampleServices?.port ?? (await portForService());
    const address = `127.0.0.1:${port}`;
    if (!allows(address)) {
      return `left out: EGRESS_ALLOW is set and lacks ${address}, where they would be`;
    }
    updateState({ sampleServices: { port } });
    await keepRunning([sampleServer(port)], { setting: '.local/state.json', progress, onStart });
    if (wanted) await serverCli('sampleServices', ['add', '--port', String(port)]);
    return address;
  });
}

/** Has them read now, as their schedule is a daily one; a failure does not fail the start. */
export async function readSampleServices() {
  if (readState().sampleServices === undefined) return;
  await showStep('first sync of services', async () => {
    try {
      await serverCli('service', ['sync']);
      return 'begun; npm run service -- list shows what it finds';
    } catch {
      return 'not begun: npm run service -- sync';
    }
  });
}

async function areThere() {
  return Number(await serverCli('sampleServices', ['count'])) > 0;
}

/**
 * Lets the address be called, and no other, unless somebody has decided what may be called.
 * @param {string} address
 * @returns {boolean} whether it may be
 */
function allows(address) {
  const { EGRESS_ALLOW } = readSettings();
  if (EGRESS_ALLOW !== undefined) {
    return EGRESS_ALLOW.split(',').some((entry) => entry.trim() === address);
  }
  setInEnvFile('EGRESS_ALLOW', address);
  return true;
}

/**
 * @param {number} port
 * @returns {import('../services/serviceProcess.mjs').ServiceProcess}
 */
function sampleServer(port) {
  return {
    name: 'sample-services',
    command: process.execPath,
    args: [join('dist', 'server', 'cli', 'sampleServices.js'), 'serve', '--port', String(port)],
    port,
    stopMs: STOP_MS,
    prepare: async () => undefined,
    isReady: () => isListening(port),
  };
}
