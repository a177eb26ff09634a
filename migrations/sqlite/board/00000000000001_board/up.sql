-- School data, vendors, rules and choices of every board. Row ids are (tenant_id << 32) | number,
-- so that the integer key itself is led by the tenant and one board's rows lie together.

CREATE TABLE tenant (
    id INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    data_epoch INTEGER NOT NULL DEFAULT 0,
    consent_epoch INTEGER NOT NULL DEFAULT 0,
    local_identifiers TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (slug)
) STRICT;

CREATE TABLE special_category (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    category TEXT NOT NULL,
    exception TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (tenant_id, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE connection (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    vendor_id TEXT NOT NULL,
    vendor_name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    required_fields TEXT NOT NULL,
    status TEXT NOT NULL,
    secret_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_rule (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    vendor_id TEXT NOT NULL,
    schools TEXT NOT NULL,
    categories TEXT NOT NULL,
    roles TEXT NOT NULL,
    grades TEXT NOT NULL,
    classes TEXT NOT NULL,
    courses TEXT NOT NULL,
    people TEXT NOT NULL,
    write_categories TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reason TEXT,
    basis TEXT NOT NULL,
    agreement TEXT,
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    status TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE choice (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    number INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    vendor_id TEXT,
    categories TEXT NOT NULL,
    choice TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_on TEXT NOT NULL,
    withdrawn_on TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    subject TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (tenant_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_run (
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE org (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    identifier TEXT,
    parent INTEGER,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE academic_session (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    title TEXT NOT NULL,
    start_date TEXT NOT NULL,
    end_date TEXT NOT NULL,
    type TEXT NOT NULL,
    parent INTEGER,
    school_year TEXT NOT NULL,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE course (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    title TEXT NOT NULL,
    school_year INTEGER,
    course_code TEXT,
    grades TEXT,
    subjects TEXT,
    subject_codes TEXT,
    org INTEGER,
    resources TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE "class" (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    title TEXT NOT NULL,
    class_code TEXT,
    class_type TEXT,
    location TEXT,
    grades TEXT,
    subjects TEXT,
    subject_codes TEXT,
    course INTEGER NOT NULL,
    school INTEGER NOT NULL,
    terms TEXT NOT NULL,
    periods TEXT,
    resources TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    enabled_user TEXT NOT NULL,
    username TEXT,
    username_chain_id TEXT,
    user_ids TEXT,
    user_ids_chain_id TEXT,
    user_master_identifier TEXT,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    middle_name TEXT,
    preferred_first_name TEXT,
    preferred_middle_name TEXT,
    preferred_last_name TEXT,
    pronouns TEXT,
    roles TEXT NOT NULL,
    user_profiles TEXT,
    primary_org INTEGER,
    identifier TEXT,
    identifier_chain_id TEXT,
    email TEXT,
    sms TEXT,
    phone TEXT,
    agents TEXT,
    grades TEXT,
    resources TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;
CREATE INDEX person_by_username ON person (tenant_id, username);
CREATE INDEX person_by_username_chain_id ON person (tenant_id, username_chain_id) WHERE username_chain_id IS NOT NULL;
CREATE INDEX person_by_identifier_chain_id ON person (tenant_id, identifier_chain_id) WHERE identifier_chain_id IS NOT NULL;
CREATE INDEX person_by_email ON person (tenant_id, email);
CREATE INDEX person_by_identifier ON person (tenant_id, identifier);
CREATE INDEX person_by_family_name ON person (tenant_id, family_name);
CREATE INDEX person_by_given_name ON person (tenant_id, given_name);

CREATE TABLE demographics (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    birth_date TEXT,
    sex TEXT,
    american_indian_or_alaska_native TEXT,
    asian TEXT,
    black_or_african_american TEXT,
    native_hawaiian_or_other_pacific_islander TEXT,
    white TEXT,
    demographic_race_two_or_more_races TEXT,
    hispanic_or_latino_ethnicity TEXT,
    country_of_birth_code TEXT,
    state_of_birth_abbreviation TEXT,
    city_of_birth TEXT,
    public_school_residence_status TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE enrollment (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    "user" INTEGER NOT NULL,
    "class" INTEGER NOT NULL,
    school INTEGER NOT NULL,
    role TEXT NOT NULL,
    primary_teacher TEXT,
    begin_date TEXT,
    end_date TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    title TEXT,
    roles TEXT,
    importance TEXT,
    vendor_resource_id TEXT NOT NULL,
    vendor_id TEXT,
    application_id TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE line_item_category (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    title TEXT NOT NULL,
    weight REAL,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE line_item (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    title TEXT NOT NULL,
    description TEXT,
    assign_date TEXT NOT NULL,
    due_date TEXT NOT NULL,
    "class" INTEGER NOT NULL,
    school INTEGER,
    category INTEGER NOT NULL,
    grading_period INTEGER,
    academic_session INTEGER,
    score_scale TEXT,
    result_value_min REAL,
    result_value_max REAL,
    learning_objectives TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    line_item INTEGER NOT NULL,
    student INTEGER NOT NULL,
    "class" INTEGER,
    score_scale TEXT,
    score_status TEXT NOT NULL,
    score REAL,
    text_score TEXT,
    score_date TEXT NOT NULL,
    comment TEXT,
    in_progress TEXT,
    incomplete TEXT,
    late TEXT,
    missing TEXT,
    learning_objectives TEXT,
    UNIQUE (tenant_id, sourced_id)
) STRICT;

CREATE TABLE score_scale (
    id INTEGER PRIMARY KEY,
    tenant_id INTEGER NOT NULL REFERENCES tenant (id),
    sourced_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed TEXT,
    digest BLOB NOT NULL,
    metadata TEXT,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    org INTEGER,
    course INTEGER,
    "class" INTEGER NOT NULL,
    score_scale_value TEXT NOT NULL,
    UNIQUE (tenant_id, sourced_id)
) STRICT;
