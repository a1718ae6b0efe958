import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/{unit,contract,integration}/**/*.test.ts', 'tests/{unit,contract,integration}/**/*.test.tsx'],
    // What tests do to records is no business of this user's audit log.
    env: { PEDICLE_AUDIT_FILE: join(tmpdir(), `pedicle-test-audit-${process.pid}.jsonl`) },
    pool: 'forks',
    // As native-bridge/steadyWasm.ts, for the WebAssembly inside Node as well.
    execArgv: ['--wasm-wrapper-tiering-budget=2000000000'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
