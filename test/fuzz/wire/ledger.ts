/** The known requests of one client. */
interface Account {
  /** Requests that must reach the upstream, in order; copied if `copied`. */
  readonly due: { readonly text: string; readonly copied: boolean }[];
  /** Requests that may reach it: their client left. */
  readonly possible: string[];
  readonly arrived: string[];
  readonly copies: string[];
}

/**
 * Records which client's requests reached upstream and mirror, by the client's address, which is unique and which no
 * bytes of a client can change. So a lost, duplicated or misattributed request is always noticed.
 */
export class Ledger {
  readonly #accounts = new Map<string, Account>();

  open(address: string): void {
    this.#accounts.set(address, { due: [], possible: [], arrived: [], copies: [] });
  }

  /** Requests of this client that have reached the upstream so far. */
  arrived(address: string): readonly string[] {
    return this.#accounts.get(address)?.arrived ?? [];
  }

  due(address: string, text: string, copied: boolean): void {
    this.#accounts.get(address)!.due.push({ text, copied });
  }

  possible(address: string, text: string): void {
    this.#accounts.get(address)!.possible.push(text);
  }

  /** @returns false for an unknown address */
  arrival(address: string, text: string): boolean {
    return this.#accounts.get(address)?.arrived.push(text) !== undefined;
  }

  /** @returns false for an unknown address */
  copy(address: string, text: string): boolean {
    return this.#accounts.get(address)?.copies.push(text) !== undefined;
  }

  /**
   * Closes all accounts.
   *
   * @param lost copies that did not arrive according to the gateway itself
   * @returns mismatches
   */
  close(lost: number): string[] {
    const faults: string[] = [];
    let missing = 0;
    for (const [address, account] of this.#accounts) {
      const { due, possible, arrived, copies } = account;
      const allowed = counted([...due.map(({ text }) => text), ...possible]);
      faults.push(
        ...beyond(arrived, allowed).map((text) => `${address}: nobody asked for ${text}`),
      );
      faults.push(
        ...beyond(copies, allowed).map((text) => `${address}: a copy of no request: ${text}`),
      );
      missing += beyond(
        due.filter(({ copied }) => copied).map(({ text }) => text),
        counted(copies),
      ).length;
    }
    this.#accounts.clear();
    if (missing > lost) faults.push(`${missing} copies are missing, and the gateway says ${lost}`);
    return faults;
  }
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** Texts that occur more often than allowed. */
function beyond(texts: readonly string[], allowed: ReadonlyMap<string, number>): string[] {
  return [...counted(texts)]
    .filter(([text, count]) => count > (allowed.get(text) ?? 0))
    .map(([text]) => text);
}
