/**
 * What our declarations name of the platform, so that they can be read without `@types/node` and without `lib.dom`. Where one
 * of these is there, its own declaration is merged with this one, and has all the members.
 */
declare global {
  interface AbortSignal {
    readonly aborted: boolean
  }
  interface Disposable {
    [Symbol.dispose](): void
  }
  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>
  }
  interface SymbolConstructor {
    readonly dispose: unique symbol
    readonly asyncDispose: unique symbol
  }
  namespace NodeJS {
    interface ReadableStream {
      readable: boolean
    }
    interface WritableStream {
      writable: boolean
    }
  }
}

// oxlint-disable-next-line unicorn/require-module-specifiers -- it makes this a module, which alone can widen what is global
export {}
