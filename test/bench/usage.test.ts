import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readProcessTable, treeOf } from '../../bench/src/processes/process-table';
import { startUsageMeter } from '../../bench/src/processes/usage';

// /proc is Linux's; so is the bench.
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the accounting of the bench', () => {
  test('finds a process and its descendants, and nobody else', async () => {
    const child = spawn('sh', ['-c', 'sleep 20 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line]: unknown[] = await once(child.stdout, 'data');
    const grandchildPid = Number(String(line));
    const pids = treeOf(readProcessTable(), [child.pid ?? 0]).map(({ pid }) => pid);
    process.kill(grandchildPid);
    await once(child, 'exit');
    expect(pids.sort()).toEqual([child.pid, grandchildPid].sort());
  });

  test('counts the CPU time of a group, and of no other', async () => {
    const busy = spawn(process.execPath, ['-e', 'const end = Date.now() + 8000; while (Date.now() < end);']);
    const idle = spawn('sleep', ['20']);
    const meter = startUsageMeter(() => [
      { name: 'busy', pids: [busy.pid ?? 0] },
      { name: 'idle', pids: [idle.pid ?? 0] },
    ]);
    // Starting up used some already: only what comes after the meter's first reading is the meter's to count.
    const { cpuSeconds: before } = readProcessTable().get(busy.pid ?? 0) ?? { cpuSeconds: 0 };
    await untilCpu(busy.pid ?? 0, before + 0.2);
    const { groups, wallSeconds } = meter.stop();
    for (const child of [busy, idle]) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    expect(groups.busy?.cpuSeconds).toBeGreaterThanOrEqual(0.15);
    expect(groups.busy?.cpuSeconds).toBeLessThanOrEqual(wallSeconds + 0.1);
    expect(groups.busy?.peakResidentBytes).toBeGreaterThan(10_000_000);
    expect(groups.idle?.cpuSeconds).toBeLessThan(0.1);
  });
});

async function untilCpu(pid: number, seconds: number): Promise<void> {
  const deadline = Date.now() + 5_000;
  while ((readProcessTable().get(pid)?.cpuSeconds ?? 0) < seconds) {
    if (Date.now() > deadline) throw new Error('the process used no CPU');
    await new Promise(setImmediate);
  }
}
