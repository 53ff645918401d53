import { startApi } from '../composition/api.ts';

await startApi();
