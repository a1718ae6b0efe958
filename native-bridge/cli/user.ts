import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { inputFault, type Result } from '../../src/base/result.ts';
import { type Role, roles } from '../../src/link/accessLink.ts';
import { printJson, reportFault } from './output.ts';
import { askHidden } from './passphrase.ts';

interface UserOptions {
  readonly users?: string;
  readonly passwordFile?: string;
  readonly json?: true;
}

const done = (result: Result<void>, words: string): void => {
  if (result.ok) process.stdout.write(`${words}\n`);
  else reportFault(result.fault);
};

async function passwordOf(options: UserOptions): Promise<Result<string>> {
  if (options.passwordFile === undefined) return askHidden('Password: ');
  try {
    return { ok: true, value: (await readFile(options.passwordFile, 'utf8')).replace(/\r?\n$/, '') };
  } catch (error) {
    return inputFault(`The password file ${options.passwordFile} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path.`);
  }
}

async function put(name: string, options: UserOptions & { readonly role: Role }): Promise<void> {
  const { defaultUsersFile, putUser } = await import('../security/users.ts');
  const password = await passwordOf(options);
  if (!password.ok) return reportFault(password.fault);
  done(await putUser(options.users ?? defaultUsersFile(), name, options.role, password.value), `${name} may sign in as ${options.role}.`);
}

async function remove(name: string, options: UserOptions): Promise<void> {
  const { defaultUsersFile, removeUser } = await import('../security/users.ts');
  done(await removeUser(options.users ?? defaultUsersFile(), name), `${name} may no longer sign in.`);
}

async function list(options: UserOptions): Promise<void> {
  const { defaultUsersFile, readUsers } = await import('../security/users.ts');
  const users = await readUsers(options.users ?? defaultUsersFile());
  if (!users.ok) return reportFault(users.fault);
  if (options.json) return printJson(users.value.map(({ name, role }) => ({ name, role })));
  for (const { name, role } of users.value) process.stdout.write(`${name}: ${role}\n`);
}

export function register(program: Command): void {
  const user = program.command('user').description('people who may sign in, where the site configuration wants that (protection.signIn)');
  const file = () => new Option('--users <file>', 'list of users; Pedicle/users.json in the home folder when not given');
  user
    .command('put')
    .description('adds a user, or gives one a new role and password')
    .argument('<name>')
    .addOption(new Option('--role <role>', 'what the user may do').choices(roles).makeOptionMandatory())
    .option('--password-file <file>', 'the password; asked for on the terminal when not given')
    .addOption(file())
    .action(put);
  user.command('remove').description('takes a user away').argument('<name>').addOption(file()).action(remove);
  user.command('list').description('names and roles').addOption(file()).option('--json', 'one JSON array on standard output').action(list);
}
