-- School data, vendors, rules and choices of every board. Every key is led by tenant_id, which
-- makes it the distribution column of a distributed PostgreSQL; row ids are (tenant_id << 32) | number.

CREATE TABLE tenant (
    id BIGINT NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    data_epoch BIGINT NOT NULL DEFAULT 0,
    consent_epoch BIGINT NOT NULL DEFAULT 0,
    local_identifiers TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (slug)
);

CREATE TABLE special_category (
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    category TEXT COLLATE "C" NOT NULL,
    exception TEXT COLLATE "C" NOT NULL,
    until TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, category)
);

CREATE TABLE connection (
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    vendor_id TEXT COLLATE "C" NOT NULL,
    vendor_name TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    identifiers TEXT COLLATE "C" NOT NULL,
    required_fields TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    secret_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, vendor_id)
);

CREATE TABLE consent_rule (
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C" NOT NULL,
    schools TEXT COLLATE "C" NOT NULL,
    categories TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    grades TEXT COLLATE "C" NOT NULL,
    classes TEXT COLLATE "C" NOT NULL,
    courses TEXT COLLATE "C" NOT NULL,
    people TEXT COLLATE "C" NOT NULL,
    write_categories TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    basis TEXT COLLATE "C" NOT NULL,
    agreement TEXT COLLATE "C",
    valid_from TEXT COLLATE "C" NOT NULL,
    valid_until TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, id, version)
);

CREATE TABLE choice (
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    number BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    vendor_id TEXT COLLATE "C",
    categories TEXT COLLATE "C" NOT NULL,
    choice TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    made_on TEXT COLLATE "C" NOT NULL,
    withdrawn_on TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

CREATE TABLE history (
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    before TEXT COLLATE "C",
    after TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, number)
);

CREATE TABLE import_run (
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    summary TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

CREATE TABLE org (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    identifier TEXT COLLATE "C",
    parent BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE academic_session (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    start_date TEXT COLLATE "C" NOT NULL,
    end_date TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    parent BIGINT,
    school_year TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE course (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    school_year BIGINT,
    course_code TEXT COLLATE "C",
    grades TEXT COLLATE "C",
    subjects TEXT COLLATE "C",
    subject_codes TEXT COLLATE "C",
    org BIGINT,
    resources TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE "class" (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    class_code TEXT COLLATE "C",
    class_type TEXT COLLATE "C",
    location TEXT COLLATE "C",
    grades TEXT COLLATE "C",
    subjects TEXT COLLATE "C",
    subject_codes TEXT COLLATE "C",
    course BIGINT NOT NULL,
    school BIGINT NOT NULL,
    terms TEXT COLLATE "C" NOT NULL,
    periods TEXT COLLATE "C",
    resources TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE person (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    enabled_user TEXT COLLATE "C" NOT NULL,
    username TEXT COLLATE "C",
    username_chain_id TEXT COLLATE "C",
    user_ids TEXT COLLATE "C",
    user_ids_chain_id TEXT COLLATE "C",
    user_master_identifier TEXT COLLATE "C",
    given_name TEXT COLLATE "C" NOT NULL,
    family_name TEXT COLLATE "C" NOT NULL,
    middle_name TEXT COLLATE "C",
    preferred_first_name TEXT COLLATE "C",
    preferred_middle_name TEXT COLLATE "C",
    preferred_last_name TEXT COLLATE "C",
    pronouns TEXT COLLATE "C",
    roles TEXT COLLATE "C" NOT NULL,
    user_profiles TEXT COLLATE "C",
    primary_org BIGINT,
    identifier TEXT COLLATE "C",
    identifier_chain_id TEXT COLLATE "C",
    email TEXT COLLATE "C",
    sms TEXT COLLATE "C",
    phone TEXT COLLATE "C",
    agents TEXT COLLATE "C",
    grades TEXT COLLATE "C",
    resources TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);
CREATE INDEX person_by_username ON person (tenant_id, username);
CREATE INDEX person_by_username_chain_id ON person (tenant_id, username_chain_id) WHERE username_chain_id IS NOT NULL;
CREATE INDEX person_by_identifier_chain_id ON person (tenant_id, identifier_chain_id) WHERE identifier_chain_id IS NOT NULL;
CREATE INDEX person_by_email ON person (tenant_id, email);
CREATE INDEX person_by_identifier ON person (tenant_id, identifier);
CREATE INDEX person_by_family_name ON person (tenant_id, family_name);
CREATE INDEX person_by_given_name ON person (tenant_id, given_name);

CREATE TABLE demographics (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    birth_date TEXT COLLATE "C",
    sex TEXT COLLATE "C",
    american_indian_or_alaska_native TEXT COLLATE "C",
    asian TEXT COLLATE "C",
    black_or_african_american TEXT COLLATE "C",
    native_hawaiian_or_other_pacific_islander TEXT COLLATE "C",
    white TEXT COLLATE "C",
    demographic_race_two_or_more_races TEXT COLLATE "C",
    hispanic_or_latino_ethnicity TEXT COLLATE "C",
    country_of_birth_code TEXT COLLATE "C",
    state_of_birth_abbreviation TEXT COLLATE "C",
    city_of_birth TEXT COLLATE "C",
    public_school_residence_status TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE enrollment (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    "user" BIGINT NOT NULL,
    "class" BIGINT NOT NULL,
    school BIGINT NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    primary_teacher TEXT COLLATE "C",
    begin_date TEXT COLLATE "C",
    end_date TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE resource (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    title TEXT COLLATE "C",
    roles TEXT COLLATE "C",
    importance TEXT COLLATE "C",
    vendor_resource_id TEXT COLLATE "C" NOT NULL,
    vendor_id TEXT COLLATE "C",
    application_id TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE line_item_category (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    weight DOUBLE PRECISION,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE line_item (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    assign_date TEXT COLLATE "C" NOT NULL,
    due_date TEXT COLLATE "C" NOT NULL,
    "class" BIGINT NOT NULL,
    school BIGINT,
    category BIGINT NOT NULL,
    grading_period BIGINT,
    academic_session BIGINT,
    score_scale TEXT COLLATE "C",
    result_value_min DOUBLE PRECISION,
    result_value_max DOUBLE PRECISION,
    learning_objectives TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE result (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    line_item BIGINT NOT NULL,
    student BIGINT NOT NULL,
    "class" BIGINT,
    score_scale TEXT COLLATE "C",
    score_status TEXT COLLATE "C" NOT NULL,
    score DOUBLE PRECISION,
    text_score TEXT COLLATE "C",
    score_date TEXT COLLATE "C" NOT NULL,
    comment TEXT COLLATE "C",
    in_progress TEXT COLLATE "C",
    incomplete TEXT COLLATE "C",
    late TEXT COLLATE "C",
    missing TEXT COLLATE "C",
    learning_objectives TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);

CREATE TABLE score_scale (
    id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL REFERENCES tenant (id),
    sourced_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    metadata TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    org BIGINT,
    course BIGINT,
    "class" BIGINT NOT NULL,
    score_scale_value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, sourced_id)
);
