import { NumberInput, Select, TextInput } from '@mantine/core';
import { createContext, useContext } from 'react';
import { type FieldPath, fieldOf } from './siteDraft.ts';

/** The draft that the fields of Setup show and change. */
export interface SiteForm {
  readonly draft: unknown;
  /** By place; empty while everything fits. */
  readonly faults: ReadonlyMap<string, string>;
  readonly set: (path: FieldPath, value: unknown) => void;
}

export const SiteFormContext = createContext<SiteForm>({ draft: {}, faults: new Map(), set: () => undefined });
export const useSiteForm = (): SiteForm => useContext(SiteFormContext);

interface FieldProps {
  readonly path: FieldPath;
  readonly label: string;
  readonly hint?: string;
  readonly className?: string;
  readonly placeholder?: string;
  /** Under a heading that says the same. */
  readonly labelHidden?: boolean;
  /** What is wrong that the schema says of more than this field. */
  readonly fault?: string | undefined;
  /** Stays in the draft, empty, when it is cleared: what else is asked for hangs on its being there. */
  readonly isKept?: boolean;
}

/** The fault of a place or of the first one within it. */
export function faultAt(faults: ReadonlyMap<string, string>, path: FieldPath): string | undefined {
  const place = path.join('.');
  return faults.get(place) ?? [...faults].find(([at]) => at.startsWith(`${place}.`))?.[1];
}

export function TextField({ path, label, hint, className, placeholder, labelHidden = false, isKept = false, fault }: FieldProps) {
  const { draft, faults, set } = useSiteForm();
  const value = fieldOf(draft, path);
  return (
    <TextInput
      className={className}
      label={label}
      {...(labelHidden && { labelProps: { className: 'visually-hidden' } })}
      description={hint}
      placeholder={placeholder}
      value={typeof value === 'string' ? value : ''}
      error={faultAt(faults, path) ?? fault}
      onChange={(event) => set(path, event.currentTarget.value || (isKept ? '' : undefined))}
    />
  );
}

interface NumberFieldProps extends FieldProps {
  readonly decimals?: number;
  /** From what the person types to what the file holds, and back. */
  readonly toFile?: (shown: number) => number;
  readonly fromFile?: (kept: number) => number;
}

const same = (value: number): number => value;

export function NumberField({ path, label, hint, className, decimals = 1, toFile = same, fromFile = same }: NumberFieldProps) {
  const { draft, faults, set } = useSiteForm();
  const value = fieldOf(draft, path);
  return (
    <NumberInput
      className={className}
      label={label}
      description={hint}
      decimalScale={decimals}
      value={typeof value === 'number' ? Number(fromFile(value).toFixed(decimals)) : ''}
      error={faultAt(faults, path)}
      onChange={(next) => set(path, typeof next === 'number' ? toFile(next) : undefined)}
    />
  );
}

export function ChoiceField({
  path,
  label,
  className,
  placeholder,
  choices,
}: FieldProps & { readonly choices: readonly { readonly value: string; readonly label: string }[] }) {
  const { draft, faults, set } = useSiteForm();
  const value = fieldOf(draft, path);
  return (
    <Select
      className={className}
      label={label}
      placeholder={placeholder}
      data={choices}
      clearable
      value={typeof value === 'string' ? value : null}
      error={faultAt(faults, path)}
      onChange={(next) => set(path, next ?? undefined)}
    />
  );
}
