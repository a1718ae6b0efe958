import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { failedFault, inputFault, ok, type Result } from '../../src/base/result.ts';
import { type Role, roleSchema } from '../../src/link/accessLink.ts';
import { readJsonFile } from '../sources/script.ts';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const userSchema = z.strictObject({ name: z.string().min(1).max(64), role: roleSchema, saltHex: hex(16), hashHex: hex(32) });
const usersSchema = z.strictObject({ version: z.literal(1), users: z.array(userSchema).max(1000) });
export type StoredUser = z.infer<typeof userSchema>;

export const defaultUsersFile = (): string => join(homedir(), 'Pedicle', 'users.json');

const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
const hashOf = (password: string, saltHex: string): Promise<Buffer> =>
  scryptAsync(password.normalize('NFC'), Buffer.from(saltHex, 'hex'), 32, { N: 1 << 15, r: 8, p: 1, maxmem: 64 << 20 });

/** The users of this workstation; none when the file is not there. */
export async function readUsers(file: string): Promise<Result<readonly StoredUser[]>> {
  const read = await readJsonFile('list of users', file, usersSchema);
  if (read.ok) return ok(read.value.users);
  return read.fault.message.includes('does not exist') ? ok([]) : read;
}

async function writeUsers(file: string, users: readonly StoredUser[]): Promise<Result<void>> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, `${JSON.stringify({ version: 1, users }, null, 1)}\n`, { mode: 0o600, flush: true });
    await chmod(`${file}.new`, 0o600);
    await rename(`${file}.new`, file);
    return ok(undefined);
  } catch (error) {
    return failedFault(`The list of users ${file} cannot be written (${(error as NodeJS.ErrnoException).code}); check the folder's permissions.`);
  }
}

const shortestPassword = 10;

/** Adds a user, or gives an existing one a new role and password. */
export async function putUser(file: string, name: string, role: Role, password: string): Promise<Result<void>> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,63}$/u.test(name))
    return inputFault(`"${name}" is no user name: letters, digits, dots, spaces and dashes, at most 64.`);
  if (password.length < shortestPassword) return inputFault(`The password has ${password.length} characters; give at least ${shortestPassword}.`);
  const users = await readUsers(file);
  if (!users.ok) return users;
  const saltHex = randomBytes(16).toString('hex');
  const user = { name, role, saltHex, hashHex: (await hashOf(password, saltHex)).toString('hex') };
  return writeUsers(file, [...users.value.filter((each) => each.name !== name), user]);
}

export async function removeUser(file: string, name: string): Promise<Result<void>> {
  const users = await readUsers(file);
  if (!users.ok) return users;
  const rest = users.value.filter((each) => each.name !== name);
  return rest.length < users.value.length ? writeUsers(file, rest) : inputFault(`There is no user called "${name}" in ${file}.`);
}

const nobody = { saltHex: '00'.repeat(16), hashHex: '00'.repeat(32) };

/** The user of this name when the password is theirs; takes as long when there is none of that name. */
export async function checkPassword(users: readonly StoredUser[], name: string, password: string): Promise<StoredUser | null> {
  const user = users.find((each) => each.name === name) ?? null;
  const { saltHex, hashHex } = user ?? nobody;
  const fits = timingSafeEqual(await hashOf(password, saltHex), Buffer.from(hashHex, 'hex'));
  return fits ? user : null;
}
