import { fork, type ChildProcess } from 'node:child_process'

/**
 * Has questions answered by processes of this same module, the next one to whoever is free; each answer as it comes. A
 * question that fails is told to `onFailure`, and the others go on, with another worker; left out, it takes the whole down with it.
 * Once `isOver`, no other is asked.
 */
export async function runInWorkers<Question, Answer>(
  questions: readonly Question[],
  count: number,
  onAnswer: (question: Question, answer: Answer) => void,
  onFailure?: (question: Question, error: Error) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  const waiting = [...questions]
  const untilFailure = async () => {
    const child = fork(process.argv[1] ?? '', process.argv.slice(2), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    try {
      for (let question = waiting.shift(); question !== undefined && !isOver(); question = waiting.shift()) {
        const answer = await asked<Question, Answer>(child, question).catch((error: unknown) => error)
        if (!(answer instanceof Error)) onAnswer(question, answer as Answer)
        else if (onFailure) return onFailure(question, answer)
        else throw answer
      }
    } finally {
      await ended(child)
    }
  }
  const work = async () => {
    while (waiting.length > 0 && !isOver()) await untilFailure()
  }
  await Promise.all(Array.from({ length: Math.min(count, questions.length) }, work))
}

/** Answers what the parent asks, until it goes; then tidies up. */
export function serveWorker<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
  tidy: () => Promise<void>,
): void {
  process.on('message', (question: Question) => {
    answer(question).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => void tidy().finally(() => process.exit(0)))
}

function asked<Question, Answer>(child: ChildProcess, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`a worker ended with ${code} at ${JSON.stringify(question)}`))
    child.once('exit', onExit)
    child.once('message', (message: { readonly value?: Answer; readonly error?: string }) => {
      child.removeListener('exit', onExit)
      if (message.error === undefined) resolve(message.value as Answer)
      else reject(new Error(message.error))
    })
    child.send(question as object)
  })
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.disconnect()
  })
}
