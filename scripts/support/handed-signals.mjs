import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Hands on to a child what this process is told while the child runs; returns what asks for the exit status that this came to, if it was told. */
export function handSignalsTo(child) {
  let told
  const hand = (signal) => {
    told = signal
    child.kill(signal)
  }
  for (const signal of signals) process.on(signal, hand)
  child.on('close', () => {
    for (const signal of signals) process.off(signal, hand)
  })
  return () => (told === undefined ? undefined : 128 + constants.signals[told])
}
