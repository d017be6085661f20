// What `flower-runbook/kit` exports. Made by `npm run api`.

export declare function assertGiven(value: string | undefined, input: string, { name, login }: {
    readonly name: string;
    readonly login?: string;
}): asserts value is string;
export declare function authorityOf(site: LoginSite): Promise<string | undefined>;
export declare const draftOf: (path: string) => string;
export declare function expandVariables(words: readonly string[], env: Readonly<Record<string, string | undefined>>): string[];
export declare function hostnameOf(server: string): string;
export declare const isForbidden: (result: CheckResult) => boolean;
export declare const isForbiddenError: (error: unknown) => boolean;
export declare function keepProxy(proxy: string | undefined): string[];
export declare function keptSettings({ site, kubeconfig, }: {
    readonly site: LoginSite;
    readonly kubeconfig: string;
}): Promise<{
    namespace: string | undefined;
    proxy: string | undefined;
    authority: string | undefined;
}>;
export declare const kubeconfigs: () => Promise<typeof import("./cluster/kubeconfig.ts")>;
export declare function normalServer(server: string): string;
export declare const oauth: () => Promise<typeof import("./cluster/oauth.ts")>;
export declare function proxyFor(server: string, env: Readonly<NodeJS.ProcessEnv>): string | undefined;
export declare const proxyOf: (site: LoginSite) => string | undefined;
export declare function readInputFile(path: string, input: string): Promise<string>;
export declare const readPasswordFile: <S extends LoginSite>(path: string | undefined, context: Pick<LoginContext<S>, "site" | "secret">) => Promise<string>;
export declare const readRegularText: (path: string, most?: number) => string;
export declare const readTokenFile: <S extends LoginSite>(path: string | undefined, context: Pick<LoginContext<S>, "site" | "secret">) => Promise<string>;
export declare function sameServer(one: string, other: string): boolean;
export declare function writeSession(context: {
    readonly site: LoginSite;
    readonly kubeconfig: string;
}, token: string, user?: string): Promise<void>;
export declare function writeWhole(path: string, text: string): Promise<void>;

// lib/cluster/kubeconfig.d.ts
export interface NewKubeconfig {
    readonly server: string;
    readonly ca?: string;
    readonly token?: string;
    readonly user?: string;
    readonly namespace?: string;
    readonly proxy?: string;
}
export declare function copyContext(sources: string, context: string | undefined, target: string, more?: {
    readonly proxy?: string;
    readonly authority?: string;
    readonly namespace?: string;
}): Promise<{
    server: string;
}>;
export declare function kubeconfigPower(path: string): Promise<string | undefined>;
export declare function readNamespace(path: string): Promise<string | undefined>;
export declare function readServer(path: string): Promise<string | undefined>;
export declare function readToken(path: string): Promise<string | undefined>;
export declare function readUser(path: string): Promise<string | undefined>;
export declare function setNamespace(path: string, namespace: string): Promise<void>;
export declare function writeKubeconfig(path: string, settings: NewKubeconfig): Promise<void>;

// lib/cluster/oauth.d.ts
export interface PasswordLogin {
    readonly server: string;
    readonly ca?: string;
    readonly proxy?: string;
    readonly username: string;
    readonly password: string;
    readonly agent: string;
    readonly signal?: AbortSignal;
}
export declare function passwordLogin(login: PasswordLogin): Promise<string>;
