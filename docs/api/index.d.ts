// What `flower-runbook` exports. Made by `npm run api`.

export type Action = "apply" | "update" | "delete" | "rerun";
export interface ApplyOptions {
    readonly manager?: string;
    readonly force?: boolean;
}
export type ApplyResult = Rerun | undefined | void;
export type Approval = "all" | "named" | ((what: string, at: At) => Promise<boolean>);
export interface At {
    readonly step: string;
    readonly site?: string;
}
export interface BaseContext<S = Record<string, unknown>, F = Record<string, unknown>> {
    readonly site: Site<S>;
    readonly peer: Site<S>;
    readonly sites: readonly Site<S>[];
    the(role: string): Site<S>;
    all(role: string): readonly Site<S>[];
    readonly inputs: Readonly<F>;
    readonly notebook: string;
    readonly federation: string;
    readonly folder: string;
    readonly signal: AbortSignal;
    readonly rerun: boolean;
    readonly applyInterrupted: boolean;
    readonly applyPeriod?: {
        readonly from: string;
        readonly to: string;
    } | undefined;
    readonly interactive: boolean;
    given(input: string, site?: string): boolean;
    placeOf(input: string, site?: string): string | undefined;
    outcome(step: string, site?: string): {
        readonly ok: boolean;
        readonly theirs: boolean;
        readonly reason: string;
    } | undefined;
    provide<T>(value: Value<T>, content: NoInfer<T>): void;
    value<T>(value: Value<T>, site?: Site): T;
    values<T>(value: Value<T>): readonly {
        readonly site: Site<S>;
        readonly value: T;
    }[];
    note(sentence: string): void;
    recordWrite(what: string, text: string): void;
    readonly created: ReadonlyMap<string, CheckedObject>;
    recordCreated(object: CheckedObject): void;
    secret(value: string | undefined): void;
}
export interface Blocked {
    state: "blocked";
    reason: string;
    fix?: string;
    next?: string;
    code?: string;
    object?: CheckedObject;
}
export interface By {
    readonly user: string;
    readonly host: string;
    readonly platform: string;
    readonly node: string;
}
export type Cardinality = "one" | "many";
export declare class Changes {
    #private;
    reading(source: Versioned): void;
    unwatched(): void;
    moved(): void;
    changed(signal: AbortSignal): Promise<void>;
}
export declare class CheckError extends Error {
    readonly result: Blocked | Unknown;
    constructor(result: Blocked | Unknown, options?: ErrorOptions);
}
export type CheckResult = Ready | Progressing | Missing | Drifted | Blocked | Unknown;
export interface CheckedObject {
    kind: string;
    name: string;
    namespace?: string;
    uid?: string;
}
export type CheckedSteps<All extends Step, Role extends string, Input extends string> = [
    StepMistakes<All, All, Role, Input>
] extends [never] ? unknown : StepMistakes<All, All, Role, Input>;
export interface Cluster extends ClusterReader, ClusterWriter {
    watch(query: Query, handlers: {
        list(items: KubeObject[]): void;
        event(event: WatchEvent): void;
    }, signal: AbortSignal): Promise<void>;
    observe(changes?: Changes): Observed;
    forward(options: ForwardOptions): Promise<Forward>;
    close(): Promise<void>;
}
export declare class ClusterError extends Error {
    readonly code: number;
    readonly reason: string;
    constructor(code: number, reason: string, message: string);
}
export interface ClusterReader {
    readonly server: string;
    get<T extends KubeObject = KubeObject>(ref: Ref): Promise<T | undefined>;
    list<T extends KubeObject = KubeObject>(query: Query): Promise<T[]>;
    dryRun<T extends KubeObject = KubeObject>(object: T): Promise<T>;
    serves(apiVersion: string, kind: string): Promise<boolean>;
    log(options: LogOptions): Promise<string>;
    allowed(right: Right): Promise<boolean>;
    whoami(): Promise<string>;
    now(): Promise<number>;
    version(): Promise<string>;
}
export interface ClusterWriter {
    create<T extends KubeObject = KubeObject>(object: KubeObject): Promise<T>;
    apply<T extends KubeObject = KubeObject>(object: KubeObject, options?: ApplyOptions): Promise<T>;
    merge<T extends KubeObject = KubeObject>(ref: Ref, patch: object, options?: {
        subresource?: string;
    }): Promise<T>;
    replace<T extends KubeObject = KubeObject>(object: KubeObject, options?: {
        subresource?: string;
    }): Promise<T>;
    remove(ref: Ref, 
    options?: {
        propagation?: "Background" | "Foreground" | "Orphan";
        grace?: number;
    }): Promise<boolean>;
    post(path: string, body: object): Promise<unknown>;
}
export interface CommandResult {
    readonly line: string;
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
    readonly seconds: number;
}
export interface ContainerProgram {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly folder?: string;
}
export interface CrossingMessage {
    readonly steps: readonly string[];
    readonly values?: readonly Value[];
}
export type Delays = "short" | "real" | "none";
export interface Diagnosis {
    readonly ok: boolean | "warn";
    readonly said: string;
    readonly fix?: string;
    readonly next?: string;
}
export interface Difference {
    field: string;
    found: string;
    wanted: string;
}
export interface DoctorCheck {
    readonly id: string;
    readonly title: string;
    readonly on: "here" | "every site";
    run(context: any): Diagnosis | Promise<Diagnosis>;
}
export interface Drifted {
    state: "drifted";
    reason: string;
    fields: Difference[];
    object?: CheckedObject;
    approval?: string;
    effects?: readonly string[];
    fix?: string;
}
export interface Edit {
    readonly line: string;
    readonly said?: string;
    readonly applied: readonly {
        readonly what: string;
        readonly sha256: string;
    }[];
}
export type Emit = (event: Event) => void;
export type Event = {
    type: "run started";
    version: string;
    notebook: string;
    federation: string;
    command: string;
    practice?: true;
    by?: By;
    sites: readonly SiteSummary[];
    moved?: readonly Moved[];
    given: Readonly<Record<string, unknown>>;
    lanes: readonly {
        name: string;
        steps: readonly string[];
    }[];
}
 | {
    type: "answered";
    federation: string;
    sites: readonly SiteSummary[];
    moved?: readonly Moved[];
    given: Readonly<Record<string, unknown>>;
} | {
    type: "approval";
    what: string;
    how: "flag" | "asked" | "named";
} | ({
    type: "step started";
} & At) | ({
    type: "checked";
    result: CheckResult;
} & At) | ({
    type: "action started";
    action: Action;
    undoes?: readonly string[];
    ahead?: number;
} & At) | ({
    type: "command";
    line: string;
    cwd?: string;
} & At) | ({
    type: "output";
    stream: "stdout" | "stderr";
    text: string;
} & At) | ({
    type: "command ended";
    exitCode: number;
    seconds: number;
} & At)
 | ({
    type: "action ended";
    action: Action;
    ok: boolean;
    reason?: string;
    open?: true;
} & At)
 | ({
    type: "session";
    user: string;
    server: string;
} & At)
 | ({
    type: "written";
    what: string;
    sha256?: string;
} & At) | ({
    type: "message";
} & Exchanged)
 | ({
    type: "created";
    object: CheckedObject & {
        uid: string;
    };
} & At)
 | ({
    type: "manual";
    action: Action;
} & At)
 | ({
    type: "value";
    name: string;
} & ({
    value: unknown;
} | {
    revision: string;
}) & At) | ({
    type: "waiting";
    reason: string;
} & At) | ({
    type: "note";
    text: string;
} & At)
 | ({
    type: "shown";
    line: string;
    text: string;
    differs: readonly string[];
} & At) | ({
    type: "checkpoint";
    fingerprint: string;
    inputs: FingerprintInputs;
    reason: string;
    adopted?: boolean;
} & At) | ({
    type: "step ended";
    outcome: Outcome;
} & At) | {
    type: "run ended";
    code: number;
    counts: Readonly<Partial<Record<OutcomeKind, number>>>;
    seconds: number;
} | {
    type: "warning";
    text: string;
};
export interface Exchanged {
    readonly way: "received" | "sent";
    readonly kind: MessageKind;
    readonly party: string;
    readonly name: string;
    readonly fingerprint: string;
    readonly trust: "fingerprint" | "pinned" | "none";
    readonly digest: string;
    readonly answers?: string;
    readonly created: string;
    readonly expires?: string;
    readonly serial?: number;
    readonly names: readonly {
        readonly theirs: string;
        readonly ours: string;
    }[];
    readonly purpose?: string;
    readonly closed?: true;
    readonly content?: string;
    readonly own: string;
    readonly by?: By;
    readonly file?: string;
}
export interface Fault {
    where: FaultWhere;
    cluster?: string;
    match?: string;
    what: string;
    delay?: number;
    times?: number;
    seconds?: number;
}
export interface FaultTable {
    strike(where: FaultWhere, cluster: string, subject?: string): Fault | undefined;
    peek(where: FaultWhere, cluster: string, subject?: string): Fault | undefined;
    set(faults: readonly Fault[]): void;
    readonly faults: readonly Fault[];
    onChange(listener: () => void): () => void;
}
export type FaultWhere = "api" | "login" | "admission" | "operator" | "site" | "grant" | "link" | "router" | "pod" | "route" | "tls" | "clock";
export interface Federation<F = Record<string, unknown>, S = Record<string, unknown>> {
    readonly name: string;
    readonly values: Readonly<F>;
    readonly sites: readonly Site<S>[];
    readonly former?: ReadonlySet<string>;
    readonly origins: Readonly<Record<string, Origin>>;
    readonly places?: Readonly<Record<string, string>>;
}
export type FederationValues<T extends InputTable> = ValuesOf<T, "federation">;
export type FingerprintInputs = Readonly<Record<string, string>>;
export type ForeseeContext<S = Record<string, unknown>, F = Record<string, unknown>> = Omit<ManualContext<S, F>, "on" | "kubeconfig" | "privateFile">;
export interface Foreseen {
    readonly kind: "creates" | "sends" | "outside" | "also";
    readonly what: string;
}
export interface Forward {
    readonly port: number;
    readonly trouble: string | undefined;
    close(): Promise<void>;
}
export interface ForwardOptions {
    namespace: string;
    pod: string;
    port: number;
}
export interface Hold {
    take(): Promise<Blocked | undefined>;
    release(left: boolean): Promise<void>;
}
export interface Input<T = unknown, Per extends "federation" | "site" = "federation" | "site"> {
    readonly type: InputType;
    readonly per: Per;
    readonly help: string;
    readonly prompt?: string;
    readonly asked?: (values: Readonly<Record<string, unknown>>) => boolean;
    readonly probe?: "api server";
    readonly required?: boolean;
    readonly default?: T | ((site: {
        name: string;
        role: string;
    }, values: Record<string, unknown>, sites: readonly Readonly<Record<string, unknown>>[]) => T | undefined);
    readonly suggest?: T | ((site: {
        name: string;
        role: string;
    }) => T);
    readonly choices?: readonly string[];
    readonly is?: "file";
    readonly roles?: readonly string[];
    readonly file?: string;
    readonly secret?: boolean;
    readonly identity?: boolean;
    readonly place?: boolean;
    readonly approval?: boolean;
    readonly placeholder?: string;
    readonly trust?: (value: T, values: Readonly<Record<string, unknown>>) => string | undefined | Promise<string | undefined>;
    readonly check?: (value: T) => string | undefined;
}
export type InputTable = Readonly<Record<string, Input<any>>>;
export interface Inputs {
    readonly name: string;
    readonly values?: Readonly<Record<string, unknown>>;
    readonly sites: readonly ({
        readonly name: string;
        readonly role: string;
        readonly party?: string;
    } & Readonly<Record<string, unknown>>)[];
}
export interface KubeObject {
    apiVersion: string;
    kind: string;
    metadata: ObjectMeta;
    [field: string]: any;
}
export interface LeasePlace {
    readonly role: string;
    readonly namespace: string;
    readonly after?: string;
    readonly until?: string;
}
export interface LibraryOptions {
    readonly folder: string;
    readonly selection?: Selection;
    readonly approval?: Approval;
    readonly listeners?: readonly Listener[];
    readonly env?: Readonly<NodeJS.ProcessEnv>;
    readonly commands?: string;
    readonly toolbox?: Toolbox;
    readonly signal?: AbortSignal;
    readonly parallel?: number;
    readonly timeout?: number;
    readonly trustCheckpoints?: boolean;
}
export type Listener = (event: Recorded) => void;
export interface LogOptions {
    namespace: string;
    pod: string;
    container?: string;
    previous?: boolean;
    tail?: number;
    timestamps?: boolean;
}
export type LoginContext<S extends LoginSite = LoginSite> = StepContext<S>;
export type LoginManual<S extends LoginSite = LoginSite> = ManualContext<S>;
export interface LoginMethod<S extends LoginSite = LoginSite> {
    readonly name: string;
    readonly inputs: readonly string[];
    isGiven(site: S): boolean;
    login(context: LoginContext<S>): Promise<string | undefined>;
    sends?(site: S): string | undefined;
    readonly acceptsTrust?: true;
    readonly refused: string;
    changed?(context: LoginContext<S>): Promise<Difference | undefined>;
    otherThan?(context: LoginContext<S>, user: string): Promise<Difference | undefined>;
    ended?(context: LoginContext<S>, accepted: boolean): Promise<void>;
    manual(context: LoginManual<S>): string;
}
export interface LoginOptions<S extends LoginSite = LoginSite> extends Partial<Pick<StepDefinition<LoginContext<S>>, "needs" | "prose" | "readyWhen" | "docs" | "show" | "exclusive">> {
    readonly methods?: readonly LoginMethod<S>[];
    withoutCommands?(inputs: Readonly<Record<string, unknown>>): boolean;
    readonly inputs?: readonly string[];
}
export interface LoginSite {
    readonly server: string;
    readonly login?: string;
    readonly tokenFile?: string;
    readonly context?: string;
    readonly kubeconfig?: string;
    readonly certificateAuthority?: string;
    readonly proxy?: string;
}
export declare const MANAGED_BY = "app.kubernetes.io/managed-by";
export interface ManualContext<S = Record<string, unknown>, F = Record<string, unknown>> extends Pick<BaseContext<S, F>, "site" | "peer" | "sites" | "the" | "all" | "inputs" | "notebook" | "federation" | "given"> {
    on(site: Site<S>): string;
    readonly kubeconfig: string;
    privateFile(name: string): string;
}
export type MessageKind = "request" | "approval" | "receipt" | "revocation";
export interface Missing {
    state: "missing";
    reason: string;
    object?: CheckedObject;
    approval?: string;
    effects?: readonly string[];
}
export interface MissingInput {
    readonly site?: string;
    readonly input: string;
    readonly why: string;
}
export interface MissingTools {
    hasSession(site: Site, server: string): Promise<boolean>;
}
export interface Moved {
    readonly site: string;
    readonly as: string;
}
export interface Notebook {
    readonly name: string;
    readonly title: string;
    readonly roles: Roles;
    readonly inputs: InputTable;
    readonly steps: readonly Step[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly teardown?: Notebook;
    validate?(federation: Federation): Problem[];
    notices?(federation: Federation): readonly string[];
    hints?(federation: Federation): readonly string[];
    missing?(sites: readonly Site[], tools: MissingTools): readonly MissingInput[] | Promise<readonly MissingInput[]>;
    readonly practiceFlag?: {
        readonly name: string;
        readonly help: string;
    };
    withoutCommands?(values: Readonly<Record<string, unknown>>): boolean;
    readonly lease?: LeasePlace;
    readonly parties?: Parties;
    readonly hasParties?: true;
    readonly doctor?: readonly DoctorCheck[];
    sections?(facts: ReportFacts): readonly ReportSection[];
}
export interface ObjectMeta {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: {
        apiVersion: string;
        kind: string;
        name: string;
        uid: string;
        controller?: boolean;
        blockOwnerDeletion?: boolean;
    }[];
    finalizers?: string[];
    generateName?: string;
    managedFields?: {
        manager?: string;
        operation?: string;
        time?: string;
    }[];
}
export interface Observation {
    readonly tools: object;
    changed(signal: AbortSignal): Promise<void>;
    close(): void;
}
export interface Observed {
    readonly reader: ClusterReader;
    changed(signal: AbortSignal): Promise<void>;
    close(): void;
}
export type Origin = "flag" | "variable" | "file" | "prompt" | "earlier answer" | "default";
export interface Outcome {
    readonly kind: OutcomeKind;
    readonly ok: boolean;
    readonly because?: SkipReason;
    readonly reason: string;
    readonly why?: string;
    readonly fix?: string;
    readonly next?: string;
    readonly code?: string;
    readonly party?: string;
    readonly root?: string;
    readonly adopted?: boolean;
    readonly passing?: true;
    readonly seconds: number;
    readonly stack?: string;
}
export type OutcomeKind = "unchanged" | "applied" | "updated" | "deleted" | "skipped" | "failed" | "blocked" | "interrupted" | "waiting";
export interface Ownership {
    labels(federation: string): Record<string, string>;
    selector(federation: string): string;
    owns(object: KubeObject, federation: string): boolean;
    adopted(object: KubeObject, context: {
        readonly federation: string;
        readonly applyInterrupted: boolean;
        readonly applyPeriod?: BaseContext["applyPeriod"];
        readonly created?: ReadonlyMap<string, unknown>;
    }): boolean;
    adoptedMark(federation: string): {
        annotations: Record<string, string>;
    };
    take(context: {
        readonly cluster: Cluster;
        readonly federation: string;
        readonly applyPeriod?: BaseContext["applyPeriod"];
        readonly recordCreated?: (object: CheckedObject) => void;
    }, ref: Ref, more?: Record<string, string>): Promise<void>;
}
export interface Parties {
    readonly coordinator: string;
    readonly request?: CrossingMessage;
    readonly approval: CrossingMessage;
    readonly receipt: CrossingMessage;
    readonly agree?: readonly string[];
    readonly grants?: readonly string[];
    readonly staysAfterRevoking?: (federation: Pick<Federation, "values" | "sites">, party: string) => string | undefined;
    readonly lifetime?: number;
    readonly mayHoldPrivateKey?: readonly Value[];
}
export interface Place {
    readonly step: Step;
    readonly site: Site | undefined;
    readonly signal: AbortSignal;
    readonly emit: Emit;
    readonly checks?: boolean;
    readonly recorder?: Recorder;
    readonly edits?: ReadonlyMap<string, Edit>;
}
export interface PlanEntry {
    readonly step: string;
    readonly title: string;
    readonly site?: string;
    readonly action: "apply" | "update" | "delete" | "ok" | "wait" | "blocked" | "unknown";
    readonly party?: string;
    readonly after?: string;
    readonly reason: string;
    readonly result?: CheckResult;
    readonly stale?: readonly string[];
    readonly fix?: string;
    readonly next?: string;
    readonly approval?: string;
    readonly effects?: readonly string[];
    readonly foreseen?: readonly Foreseen[];
}
export interface PracticeContainer {
    readonly image: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly pod: {
        name: string;
        namespace: string;
        labels: Readonly<Record<string, string>>;
        cluster: string;
    };
    log(line: string): void;
    ready(): void;
    exit(code: number, reason?: string): void;
    listen(port: number, service: unknown, where?: "pod" | "loopback"): () => void;
    dial(address: string, on: {
        open(service: unknown): void;
        lost(): void;
    }): () => void;
    run(program: ContainerProgram): void;
    serve(port: number, where?: "pod" | "loopback"): Promise<number>;
    forward(address: string): Promise<number>;
    path(inside: string): Promise<string>;
    readonly mounts: readonly string[];
}
export interface PracticeImage {
    readonly image: RegExp;
    pull?(image: string): Promise<void>;
    readonly probed?: boolean;
    exec?(command: readonly string[]): string | undefined;
    start(container: PracticeContainer): void | (() => void);
    init?(container: PracticeContainer): void;
}
export interface PracticeVariant {
    readonly images: readonly PracticeImage[];
    needed?(values: Readonly<Record<string, unknown>>): string | undefined;
    prepare?(values: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<{
        readonly text: string;
        readonly ready: Promise<unknown>;
    } | undefined>;
}
export interface PracticeWorld {
    readonly inputs: Inputs;
    readonly options: LibraryOptions;
    cluster(site: string): Cluster;
    readonly faults: FaultTable;
    close(): Promise<void>;
}
export interface PracticeWorldOptions {
    readonly sites?: number;
    readonly delays?: Delays;
    readonly faults?: readonly Fault[];
}
export interface Problem {
    what: string;
    fix: string;
}
export interface Program {
    readonly notebook: Notebook;
    readonly version: string;
    readonly practiceImages?: readonly PracticeImage[];
    readonly practiceCommands?: string;
    readonly practiceVariant?: PracticeVariant;
    readonly practiceValues?: (site: {
        name: string;
        role: string;
    }) => Record<string, unknown>;
}
export interface Progressing {
    state: "progressing";
    reason: string;
    object?: CheckedObject;
}
export interface Query {
    apiVersion: string;
    kind: string;
    namespace?: string;
    labels?: string;
    fields?: string;
}
export interface Ready {
    state: "ready";
    reason: string;
    object?: CheckedObject;
    adopted?: boolean;
}
export type Recorded = Event & {
    readonly v: 2;
    readonly t: string;
    readonly run: string;
};
export interface Recorder {
    command(line: string, cwd?: string): void;
    write(what: string): void;
    instead(path: string): string;
}
export interface Ref {
    apiVersion: string;
    kind: string;
    name: string;
    namespace?: string;
}
export interface ReportFacts {
    readonly federation: Federation;
    seen(step: string, site?: string): SeenOutcome | undefined;
}
export interface ReportSection {
    readonly id: string;
    readonly title: string;
    readonly text: readonly string[];
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly notes?: readonly string[];
}
export interface Rerun {
    readonly rerun: string;
    readonly reason: string;
}
export interface Right {
    verb: string;
    group?: string;
    resource: string;
    subresource?: string;
    namespace?: string;
    name?: string;
}
export type Roles = Readonly<Record<string, Cardinality>>;
export interface RunResult {
    readonly code: number;
    readonly outcomes: readonly {
        readonly step: string;
        readonly site?: string;
        readonly outcome: Outcome;
    }[];
}
export declare class RunbookError extends Error {
    readonly why: string | undefined;
    readonly fix: string | undefined;
    readonly next: string | undefined;
    readonly exitCode: number;
    constructor(what: string, more?: {
        why?: string;
        fix?: string;
        next?: string;
        exitCode?: number;
        cause?: unknown;
    });
}
export type Scope = "every site" | "here" | "link" | "federation";
export interface SeenOutcome {
    readonly ok: boolean;
    readonly reason: string;
    readonly t: string;
}
export interface Selection {
    readonly from?: string;
    readonly to?: string;
    readonly only?: readonly string[];
    readonly skip?: readonly string[];
    readonly sites?: readonly string[];
}
export interface Shell {
    (pieces: TemplateStringsArray, ...values: unknown[]): Promise<CommandResult>;
    with(options: ShellOptions): Shell;
    which(command: string): Promise<string | undefined>;
}
export interface ShellOptions {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string;
    readonly nothrow?: boolean;
    readonly timeout?: number;
    readonly secret?: boolean;
    readonly until?: AbortSignal;
    readonly onOutput?: (text: string, stream: "stdout" | "stderr") => void;
}
export interface SimulatedPort {
    readonly greeting?: Uint8Array;
    answer?(bytes: Buffer): Uint8Array | undefined;
    readonly health?: {
        readonly tls?: boolean;
        http?(path: string): number;
        grpc?(): boolean;
    };
}
export type Site<Values = Record<string, unknown>> = Readonly<Values> & {
    readonly name: string;
    readonly role: string;
    readonly party?: string;
};
export interface SiteSummary {
    readonly name: string;
    readonly role: string;
    readonly given: Readonly<Record<string, unknown>>;
    readonly party?: string;
}
export type SiteValues<T extends InputTable> = ValuesOf<T, "site">;
export type SkipReason = "not needed" | "not selected" | "dependency" | "another party";
export interface Step<Id extends string = string, On extends string = string, Needs extends string = string, Inputs extends string = string, Provides extends string = string, Reads extends string = string> extends StepDefinition<any> {
    readonly id: Id;
    readonly on: On;
    readonly needs?: readonly Needs[];
    readonly feeds?: Needs;
    readonly inputs?: readonly Inputs[];
    readonly provides?: readonly Value<unknown, Provides>[];
    readonly reads?: readonly Value<unknown, Reads>[];
}
export type StepContext<S = Record<string, unknown>, F = Record<string, unknown>> = BaseContext<S, F> & Tools;
export interface StepDefinition<C extends BaseContext = BaseContext> {
    readonly id: string;
    readonly version?: number;
    readonly title: string;
    readonly on: string;
    readonly side?: string;
    readonly when?: Readonly<Record<string, string | boolean | readonly (string | boolean)[]>>;
    readonly needs?: readonly string[];
    readonly feeds?: string;
    readonly inputs?: readonly string[];
    readonly provides?: readonly Value[];
    readonly reads?: readonly Value[];
    readonly prose: string;
    readonly readyWhen?: string;
    readonly docs?: readonly string[];
    check(context: C): CheckResult | Promise<CheckResult>;
    foresees?(context: ForeseeContext): readonly Foreseen[];
    apply?(context: C): ApplyResult | Promise<ApplyResult>;
    update?: true | ((context: C) => ApplyResult | Promise<ApplyResult>);
    delete?(context: C): ApplyResult | Promise<ApplyResult>;
    rerun?(context: C): ApplyResult | Promise<ApplyResult>;
    takeOwnership?(context: C): void | Promise<void>;
    show?(context: C): unknown;
    manual?(context: ManualContext): string | Promise<string>;
    readonly noPreview?: boolean;
    readonly expect?: string;
    readonly timeout?: number;
    readonly always?: boolean;
    readonly spawns?: boolean;
    readonly undoes?: readonly string[];
    readonly session?: boolean;
    exclusive?(context: C): string | undefined;
}
export type StepMistakes<Each extends Step, All extends Step, Role extends string, Input extends string> = Each extends Step<infer Id, infer On, infer Needs, infer Inputs, infer _, infer Reads> ? (string extends On ? never : `step ${Id} is on "${Exclude<On, Role | Scope>}", which is not a role of the notebook`) | (string extends Needs ? never : `step ${Id} needs ${Exclude<Needs, All["id"]>}, which is not a step of the notebook`) | (string extends Inputs ? never : `step ${Id} has the input ${Exclude<Inputs, Input>}, which is not one of the notebook`) | (string extends Reads ? never : {
    [Name in Reads]: (All extends Step<infer P, string, string, string, infer V> ? string extends V ? string : Name extends V ? P : never : never) extends infer Provider extends string ? [Provider] extends [never] ? `step ${Id} reads the value ${Name}, which no step provides` : string extends Provider ? never : `step ${Id} reads the value ${Name} and has to need ${Exclude<Provider, Needs>}, which provides it` : never;
}[Reads]) : never;
export interface StepNames<Id extends string, On extends string, Needs extends readonly string[], Feeds extends string, Inputs extends readonly string[], Provides extends readonly Value[], Reads extends readonly Value[]> {
    readonly id: Id;
    readonly on: On;
    readonly needs?: Needs;
    readonly feeds?: Feeds;
    readonly inputs?: Inputs;
    readonly provides?: Provides;
    readonly reads?: Reads;
}
export declare class StillWaitingError extends Error {
    constructor(what: string, options?: ErrorOptions);
}
export interface Toolbox {
    open(place: Place): object;
    begin?(): void;
    observe(place: Place): Observation;
    hold?(emit: Emit): Hold | undefined;
    ahead?(site: Site): number | undefined;
    close(): Promise<void>;
}
export interface Tools {
    readonly $: Shell;
    readonly cluster: Cluster;
    readonly kubeconfig: string;
    privateFile(name: string): string;
    at(site: Site): Omit<Tools, "at">;
}
export interface Unknown {
    state: "unknown";
    reason: string;
    because: "login" | "unreachable" | "missing";
    fix?: string;
    next?: string;
}
export declare class UsageError extends RunbookError {
    constructor(what: string, more?: {
        why?: string;
        fix?: string;
        next?: string;
    });
}
export interface Value<T = unknown, Name extends string = string> {
    readonly name: Name;
    readonly secret: boolean;
    readonly at?: "every site";
    readonly type?: T;
}
export interface Versioned {
    readonly version: number;
}
export interface WatchEvent<T extends KubeObject = KubeObject> {
    type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
    object: T;
}
export declare const blocked: (reason: string, more: Omit<Blocked, "state" | "reason">) => Blocked;
export declare const clusterInputs: {
    readonly server: Input<string, "site">;
    readonly context: Input<string | undefined, "site">;
    readonly "token-file": Input<string | undefined, "site">;
    readonly "certificate-authority": Input<string | undefined, "site">;
    readonly commands: Input<string | undefined, "federation">;
};
export declare const contextLogin: LoginMethod;
export declare const drifted: (fields: Difference[], more?: Omit<Drifted, "state" | "reason" | "fields"> & {
    reason?: string;
}) => Drifted;
export declare const everySite: <T, Name extends string>(value: Value<T, Name>) => Value<T, Name>;
export declare function federate(notebook: Notebook, inputs: Inputs): Promise<Federation>;
export declare namespace foresee {
    export interface Foreseen {
        readonly kind: "creates" | "sends" | "outside" | "also";
        readonly what: string;
    }
    export declare const also: (what: string) => Foreseen;
    export declare const creates: (what: string) => Foreseen;
    export declare const outside: (what: string) => Foreseen;
    export declare const sends: (what: string, host: string) => Foreseen;
}
export declare namespace input {
    export type Camel<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S;
    export type FederationValues<T extends InputTable> = ValuesOf<T, "federation">;
    export interface Input<T = unknown, Per extends "federation" | "site" = "federation" | "site"> {
        readonly type: InputType;
        readonly per: Per;
        readonly help: string;
        readonly prompt?: string;
        readonly asked?: (values: Readonly<Record<string, unknown>>) => boolean;
        readonly probe?: "api server";
        readonly required?: boolean;
        readonly default?: T | ((site: {
            name: string;
            role: string;
        }, values: Record<string, unknown>, sites: readonly Readonly<Record<string, unknown>>[]) => T | undefined);
        readonly suggest?: T | ((site: {
            name: string;
            role: string;
        }) => T);
        readonly choices?: readonly string[];
        readonly is?: "file";
        readonly roles?: readonly string[];
        readonly file?: string;
        readonly secret?: boolean;
        readonly identity?: boolean;
        readonly place?: boolean;
        readonly approval?: boolean;
        readonly placeholder?: string;
        readonly trust?: (value: T, values: Readonly<Record<string, unknown>>) => string | undefined | Promise<string | undefined>;
        readonly check?: (value: T) => string | undefined;
    }
    export type InputTable = Readonly<Record<string, Input<any>>>;
    export type InputType = "text" | "name" | "url" | "path" | "number" | "duration" | "choice" | "flag" | "list" | "map";
    export type Known<T, O> = O extends {
        readonly required: true;
    } | {
        readonly default: T;
    } | {
        readonly default: (...a: never[]) => T;
    } ? T : T | undefined;
    export type Options<T, Per extends "federation" | "site"> = Omit<Input<T, Per>, "type" | "per"> & {
        readonly per?: Per;
    };
    export type PerOf<O> = O extends {
        readonly per: "site";
    } ? "site" : "federation";
    export type SiteValues<T extends InputTable> = ValuesOf<T, "site">;
    export type ValuesOf<T extends InputTable, Per> = {
        readonly [K in keyof T as T[K] extends Input<infer _, infer P> ? P extends Per ? Camel<K & string> : never : never]: T[K] extends Input<infer V, infer _> ? V : never;
    };
    export declare function camel(inputName: string): string;
    export declare const choice: <const C extends readonly string[], const O extends Options<C[number], "federation" | "site">>(choices: C, options: O) => Input<Known<C[number], O>, PerOf<O>>;
    export declare const duration: <const O extends Options<number, "federation" | "site">>(options: O) => Input<Known<number, O>, PerOf<O>>;
    export declare const flag: <const O extends Options<boolean, "federation" | "site">>(options: O) => Input<Known<boolean, O>, PerOf<O>>;
    export declare const list: <const O extends Options<string[], "federation" | "site">>(options: O) => Input<Known<string[], O>, PerOf<O>>;
    export declare const map: <const O extends Options<Record<string, string>, "federation" | "site">>(options: O) => Input<Known<Record<string, string>, O>, PerOf<O>>;
    export declare const name: <const O extends Options<string, "federation" | "site">>(options: O) => Input<Known<string, O>, PerOf<O>>;
    export declare const number: <const O extends Options<number, "federation" | "site">>(options: O) => Input<Known<number, O>, PerOf<O>>;
    export declare const path: <const O extends Options<string, "federation" | "site">>(options: O) => Input<Known<string, O>, PerOf<O>>;
    export declare const text: <const O extends Options<string, "federation" | "site">>(options: O) => Input<Known<string, O>, PerOf<O>>;
    export declare const url: <const O extends Options<string, "federation" | "site">>(options: O) => Input<Known<string, O>, PerOf<O>>;
    export declare function variablePart(inputName: string): string;
}
export declare const isForbidden: (result: CheckResult) => boolean;
export declare const isForbiddenError: (error: unknown) => boolean;
export declare const labelValue: (text: string) => string;
export declare function login<S extends LoginSite = LoginSite>(options?: LoginOptions<S>): Step<"login", "every site", string, string, never, never>;
export declare function main(url: string): Promise<void>;
export declare const missing: (reason: string, more?: Omit<Missing, "state" | "reason">) => Missing;
export declare function notebook<const R extends Roles, const I extends InputTable, const S extends readonly Step[]>(definition: Omit<Notebook, "roles" | "inputs" | "steps"> & {
    readonly roles: R;
    readonly inputs: I;
    readonly steps: S & CheckedSteps<S[number], keyof R & string, keyof I & string>;
}): Notebook;
export declare function ownership(notebook: string): Ownership;
export declare function plan(notebook: Notebook, inputs: Inputs, options: LibraryOptions): Promise<PlanEntry[]>;
export declare function practice(program: Program, options?: PracticeWorldOptions): Promise<PracticeWorld>;
export declare const progressing: (reason: string, object?: CheckedObject) => Progressing;
export declare const ready: (reason: string, more?: Omit<Ready, "state" | "reason">) => Ready;
export declare const rerun: (step: string, reason: string) => Rerun;
export declare function run(notebook: Notebook, inputs: Inputs, options: LibraryOptions): Promise<RunResult>;
export declare const shellComment: (text: string) => string;
export declare function shellWord(word: string): string;
export declare function step<const Id extends string, const On extends string, const Needs extends readonly string[] = readonly [], const Feeds extends string = never, const Inputs extends readonly string[] = readonly [], const Provides extends readonly Value[] = readonly [], const Reads extends readonly Value[] = readonly []>(definition: StepDefinition & StepNames<Id, On, Needs, Feeds, Inputs, Provides, Reads>): Step<Id, On, Needs[number] | Feeds, Inputs[number], Provides[number]["name"], Reads[number]["name"]>;
export declare function step<C extends BaseContext>(definition: StepDefinition<C>): Step;
export declare const stepsFor: <const R extends Roles, const I extends InputTable>(_: {
    readonly roles: R;
    readonly inputs: I;
}) => <const Id extends string, const On extends Scope | (keyof R & string), const Needs extends readonly string[] = readonly [], const Feeds extends string = never, const Inputs extends readonly (keyof I & string)[] = readonly [], const Provides extends readonly Value[] = readonly [], const Reads extends readonly Value[] = readonly []>(definition: StepDefinition<StepContext<SiteValues<I>, FederationValues<I>>> & StepNames<Id, On, Needs, Feeds, Inputs, Provides, Reads>) => Step<Id, On, Needs[number] | Feeds, Inputs[number], Provides[number]["name"], Reads[number]["name"]>;
export declare const stillWaiting: ({ reason }: AbortSignal, what: string) => unknown;
export declare const tokenLogin: LoginMethod;
export declare const unknown: (because: Unknown["because"], reason: string, more?: {
    fix?: string;
    next?: string;
}) => Unknown;
export declare function value<const Name extends string>(name: Name, options?: {
    readonly secret?: boolean;
}): Value<string, Name>;
export declare function value<T>(name: string): Value<T>;
