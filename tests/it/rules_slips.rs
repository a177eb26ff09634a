//! Slips in the sound rules file of [`crate::rules_text`], each with every problem that it must give.

/// A passage, what stands there instead, and the problems as `line: text`.
pub type Slip = (&'static str, &'static str, &'static [&'static str]);

/// One slip of each kind.
pub const SLIPS: &[Slip] = &[
    // Keys.
    (
        "purpose =",
        "purpos =",
        &[
            "19: rule `atlas-1`: `purpose` is missing",
            "29: rule `atlas-1`: there is no key `purpos` (did you mean `purpose`?)",
        ],
    ),
    (
        "slug =",
        "slugg =",
        &["1: tenant: `slug` is missing", "2: tenant: there is no key `slugg` (did you mean `slug`?)"],
    ),
    (
        "[[vendor]]",
        "[[vendors]]",
        &[
            "11: the file: there is no key `vendors` (did you mean `vendor`?)",
            "21: rule `atlas-1`: there is no vendor `atlas`",
            "40: choice `P1`: there is no vendor `atlas`",
        ],
    ),
    (
        "[[vendor]]",
        "[vendor]",
        &[
            "11: the file: `vendor` must be written as [[vendor]]",
            "21: rule `atlas-1`: there is no vendor `atlas`",
            "40: choice `P1`: there is no vendor `atlas`",
        ],
    ),
    ("[[choice]]", "[choice]", &["38: the file: `choice` must be written as [[choice]]"]),
    (
        "[tenant]",
        "[[tenant]]",
        &[
            "1: the file: `tenant` must be written as [tenant]",
            "23: rule `atlas-1`: `ethnicity` is shut for this board; [[tenant.special]] opens it, with an exception and an `until`",
        ],
    ),
    (
        "[tenant]\n",
        "tenant = \"noord\"\n[tennant]\n",
        &["7: not TOML: cannot extend value of type string with a dotted key"],
    ),
    (
        "[[tenant.special]]",
        "[tenant.special]",
        &[
            "6: tenant `noord`: `special` must be written as [[tenant.special]]",
            "23: rule `atlas-1`: `ethnicity` is shut for this board; [[tenant.special]] opens it, with an exception and an `until`",
        ],
    ),
    (
        "exception =",
        "exceptions =",
        &[
            "6: special `ethnicity`: `exception` is missing",
            "8: special `ethnicity`: there is no key `exceptions` (did you mean `exception`?)",
        ],
    ),
    ("until = \"2027-07-31\"\n\n[[vendor]]", "\n[[vendor]]", &["6: special `ethnicity`: `until` is missing"]),
    (
        "by = \"parent\"\non = \"2026-09-02\"\n",
        "",
        &["38: choice `P1`: `by` is missing", "38: choice `P1`: `on` is missing"],
    ),
    // Types.
    ("name = \"Atlas Uitgeverij\"", "name = 7", &["13: vendor `atlas`: `name` must be a text in quotes, not a number"]),
    (
        "scopes = [\"roster.readonly\", \"gradebook.createput\"]",
        "scopes = \"roster.readonly\"",
        &["14: vendor `atlas`: `scopes` must be a list of texts, not a text"],
    ),
    (
        "schools = [\"S1\", \"S2\"]",
        "schools = [\"S1\", 2, true]",
        &[
            "22: rule `atlas-1`: an item of `schools` must be a text in quotes, not a number",
            "22: rule `atlas-1`: an item of `schools` must be a text in quotes, not true or false",
        ],
    ),
    (
        "status = \"active\"",
        "status = true",
        &["35: rule `atlas-1`: `status` must be a text in quotes, not true or false"],
    ),
    (
        "secret = \"a-secret-of-32-characters-for-us\"",
        "secret = 1234567890123456",
        &["17: vendor `atlas`: `secret` must be a text in quotes, not a number"],
    ),
    (
        "secret = \"a-secret-of-32-characters-for-us\"",
        "[vendor.scim]\npatch_response = \"24\"\nrequire_if_match = 1\ncoerce_boolean = true",
        &[
            "18: scim of vendor `atlas`: `patch_response` is `24`; expected one of `200`, `204`",
            "19: scim of vendor `atlas`: `require_if_match` must be true or false, not a number",
            "20: scim of vendor `atlas`: there is no key `coerce_boolean` (did you mean `coerce_booleans`?)",
        ],
    ),
    // Forms.
    (
        "slug = \"noord\"",
        "slug = \"Noord!\"",
        &[
            "2: tenant `Noord!`: `slug` must have 1 to 63 lower-case letters, digits or hyphens, without a hyphen at either end",
        ],
    ),
    (
        "slug = \"noord\"",
        "slug = \"console\"",
        &["2: tenant `console`: `slug` is an address of the server itself; choose another"],
    ),
    (
        "name = \"Stichting Noord\"",
        "name = \"\"",
        &["3: tenant `noord`: `name` must have 1 to 200 characters, in one line"],
    ),
    (
        "name = \"Atlas Uitgeverij\"",
        "name = \"Atlas\\nUitgeverij\"",
        &["13: vendor `atlas`: `name` must have 1 to 200 characters, in one line"],
    ),
    (
        "id = \"atlas-1\"",
        "id = \"atlas 1\"",
        &["20: rule `atlas 1`: `id` must have 1 to 64 letters, digits, dots, underscores or hyphens"],
    ),
    (
        "secret = \"a-secret-of-32-characters-for-us\"",
        "secret = \"too-short\"",
        &["17: vendor `atlas`: `secret` must have at least 16 characters"],
    ),
    (
        "secret = \"a-secret-of-32-characters-for-us\"",
        "secret = \"tulip+tulip+tulip+\"",
        &["17: vendor `atlas`: `secret` may hold only letters, digits, `-`, `.`, `_` and `~`"],
    ),
    (
        "[\"identifier\"]",
        "[\"identifer\"]",
        &[
            "4: tenant `noord`: `local_identifiers` can't name `identifer`; it may name `sourcedId`, `username`, `userIds`, `identifier`, `userMasterIdentifier`, `email`, `phone`, `sms` (did you mean `identifier`?)",
        ],
    ),
    // Words.
    (
        "\"pairwise\"",
        "\"pairwize\"",
        &[
            "15: vendor `atlas`: `identifiers` is `pairwize`; expected one of `pairwise`, `source` (did you mean `pairwise`?)",
        ],
    ),
    (
        "\"placeholder\"",
        "\"nothing\"",
        &["16: vendor `atlas`: `required_fields` is `nothing`; expected one of `placeholder`, `absent`"],
    ),
    (
        "\"public-task\"",
        "\"public task\"",
        &[
            "31: rule `atlas-1`: `basis` is `public task`; expected one of `consent`, `contract`, `legal-obligation`, `vital-interests`, `public-task`, `legitimate-interests` (did you mean `public-task`?)",
        ],
    ),
    (
        "\"active\"",
        "\"actief\"",
        &[
            "35: rule `atlas-1`: `status` is `actief`; expected one of `active`, `suspended`, `ended` (did you mean `active`?)",
        ],
    ),
    (
        "choice = \"refuse\"",
        "choice = \"refusal\"",
        &["42: choice `P1`: `choice` is `refusal`; expected one of `grant`, `refuse` (did you mean `refuse`?)"],
    ),
    (
        "\"gradebook.createput\"",
        "\"gradebook.create\"",
        &["14: vendor `atlas`: there is no scope `gradebook.create` (did you mean `gradebook.createput`?)"],
    ),
    ("\"student\"", "\"pupil\"", &["24: rule `atlas-1`: there is no role `pupil`"]),
    ("\"teacher\"", "\"student\"", &["24: rule `atlas-1`: `student` stands twice in `roles`"]),
    // Categories.
    ("\"name\"", "\"naem\"", &["23: rule `atlas-1`: there is no category `naem` (did you mean `name`?)"]),
    ("\"name\"", "\"national-id\"", &["23: rule `atlas-1`: `national-id` can't be released by any rule"]),
    ("\"name\"", "\"secret\"", &["23: rule `atlas-1`: `secret` can't be released by any rule"]),
    (
        "\"name\"",
        "\"belief\"",
        &[
            "23: rule `atlas-1`: `belief` is shut for this board; [[tenant.special]] opens it, with an exception and an `until`",
        ],
    ),
    (
        "\"ethnicity\"\n",
        "\"name\"\n",
        &[
            "7: special `name`: `name` needs no opening; name it in a rule",
            "23: rule `atlas-1`: `ethnicity` is shut for this board; [[tenant.special]] opens it, with an exception and an `until`",
        ],
    ),
    (
        "\"ethnicity\"\n",
        "\"national-id\"\n",
        &[
            "7: special `national-id`: `national-id` can't be released by anything, so it can't be opened",
            "23: rule `atlas-1`: `ethnicity` is shut for this board; [[tenant.special]] opens it, with an exception and an `until`",
        ],
    ),
    (
        "\"assessment-item\"",
        "\"name\"",
        &[
            "36: rule `atlas-1`: a vendor can't write `name`; `write` may name `assessment-item`, `assessment-result`, `login`, `contact-email`",
        ],
    ),
    ("[\"photo\"]", "[\"foto\"]", &["41: choice `P1`: there is no category `foto` (did you mean `photo`?)"]),
    // Dates.
    (
        "from = \"2026-08-01\"",
        "from = \"2026-13-01\"",
        &["33: rule `atlas-1`: `from` is `2026-13-01`; expected a date such as 2026-08-01"],
    ),
    (
        "from = \"2026-08-01\"",
        "from = \"1-8-2026\"",
        &["33: rule `atlas-1`: `from` is `1-8-2026`; expected a date such as 2026-08-01"],
    ),
    (
        "from = \"2026-08-01\"",
        "from = 2026",
        &["33: rule `atlas-1`: `from` must be a date such as \"2026-08-01\", not a number"],
    ),
    (
        "from = \"2026-08-01\"",
        "from = \"2027-08-01\"",
        &["33: rule `atlas-1`: `from` 2027-08-01 is after `until` 2027-07-31"],
    ),
    (
        "until = \"2027-07-31\"\nstatus",
        "until = \"2027-08-31\"\nstatus",
        &["23: rule `atlas-1`: `ethnicity` is open for this board until 2027-07-31, the rule runs until 2027-08-31"],
    ),
    (
        "until = \"2027-07-31\"\nstatus",
        "status",
        &["23: rule `atlas-1`: `ethnicity` needs a rule with an `until`, at the latest 2027-07-31"],
    ),
    (
        "until = \"2027-07-31\"\n\n",
        "until = \"2026-10-31\"\n\n",
        &["23: rule `atlas-1`: `ethnicity` was open for this board until 2026-10-31 only"],
    ),
    (
        "on = \"2026-09-02\"",
        "on = \"2026-12-02\"",
        &[
            "44: choice `P1`: `on` 2026-12-02 is still to come",
            "45: choice `P1`: `withdrawn` 2026-09-09 is before `on` 2026-12-02",
        ],
    ),
    (
        "withdrawn = \"2026-09-09\"",
        "withdrawn = \"2026-09-01\"",
        &["45: choice `P1`: `withdrawn` 2026-09-01 is before `on` 2026-09-02"],
    ),
    // The board.
    ("\"S2\"", "\"S9\"", &["22: rule `atlas-1`: there is no school `S9`"]),
    ("\"S2\"", "\"School-4\"", &["22: rule `atlas-1`: there is no school `School-4`"]),
    ("\"6\"", "\"7\"", &["25: rule `atlas-1`: there is no grade `7`; the board has `5`, `6`"]),
    ("[\"C1\"]", "[\"K1\"]", &["26: rule `atlas-1`: there is no class `K1`"]),
    ("[\"V1\"]", "[\"W1\"]", &["27: rule `atlas-1`: there is no course `W1`"]),
    ("\"P2\"", "\"P3\"", &["28: rule `atlas-1`: there is no person `P3`"]),
    ("person = \"P1\"", "person = \"P4\"", &["39: choice `P4`: there is no such person"]),
    (
        "vendor = \"atlas\"\nschools",
        "vendor = \"atals\"\nschools",
        &["21: rule `atlas-1`: there is no vendor `atals` (did you mean `atlas`?)"],
    ),
    (
        "vendor = \"atlas\"\ncategories",
        "vendor = \"mercator\"\ncategories",
        &["40: choice `P1`: there is no vendor `mercator`"],
    ),
    // TOML itself.
    ("id = \"atlas\"", "id = \"atlas", &["12: not TOML: invalid basic string, expected `\"`"]),
    ("id = \"atlas-1\"", "id = \"atlas-1\"\nid = \"atlas-2\"", &["21: not TOML: duplicate key"]),
    ("from = \"2026-08-01\"", "from = 2026-8-1", &["33: not TOML: invalid date, expected a two-digit month (MM)"]),
];
