import type { Element } from '../../view.ts';

/** Names of the form's fields. */
export type Named = 'method' | 'url' | 'fields' | 'body_length' | 'remote_addr';

interface Props {
  readonly label: string;
  readonly name: Named;
  readonly value: string;
  /** What is wrong with the value. */
  readonly faults: readonly string[];
  readonly width?: 'wide' | 'full';
  /** Lines of a text; default: it is one line. */
  readonly rows?: number;
  readonly type?: string;
  readonly size?: number;
  readonly min?: number;
  readonly required?: boolean;
  readonly placeholder?: string;
}

/** A field with its label, and what is wrong with it. */
export function Field({ label, name, value, faults, width, rows, ...others }: Props): Element {
  const wrong = faults.length > 0 && {
    'aria-invalid': 'true' as const,
    'aria-describedby': `wrong-${name}`,
  };
  return (
    <div {...(width !== undefined && { class: width })}>
      <label>
        {label}
        {rows === undefined ? (
          <input name={name} value={value} {...others} {...wrong} />
        ) : (
          <textarea name={name} rows={rows} spellcheck={false} {...others} {...wrong}>
            {value}
          </textarea>
        )}
      </label>
      {faults.length > 0 && (
        <p role="alert" id={`wrong-${name}`} class="wrong">
          {faults.join('; ')}
        </p>
      )}
    </div>
  );
}
