import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs a program to its end: wall-clock seconds, exit status, standard output and, on Linux, its peak memory and the processor
 * time that it took, of all its threads (both read from /proc while it runs, every 10 ms: what falls into the last ones is missed). Ended, with
 * status null, where it takes longer than `timeoutMs`.
 */
function runMeasured(program, args, { env = process.env, cwd, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(program, args, {
      env,
      cwd,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    let peakRssMiB = 0
    let cpuSeconds = 0
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    const look = setInterval(() => {
      peakRssMiB = Math.max(peakRssMiB, peakOf(child.pid))
      cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid))
    }, 10)
    child.on('error', reject)
    child.on('close', (status) => {
      clearInterval(look)
      resolve({ seconds: (performance.now() - began) / 1000, cpuSeconds, status, stdout, stderr, peakRssMiB })
    })
  })
}

/** As `runMeasured`, and throws what the program printed when it ended with another status than one of `expected`. */
export async function runExpecting(expected, program, args, options) {
  const result = await runMeasured(program, args, options)
  if (!expected.includes(result.status)) {
    throw new Error(`${program} ${args.join(' ')} ended with ${result.status}:\n${result.stderr}${result.stdout}`)
  }
  return result
}

function peakOf(pid) {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? 0 : Number(kib) / 1024
  } catch {
    return 0
  }
}

/** What a process holds in memory now. */
export function rssMiBOf(pid) {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1024
}

/** In clock ticks, of which Linux shows a hundred a second: user and system time are fields 14 and 15 of proc_pid_stat(5). */
export function cpuSecondsOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}
