-- The relational projection of cases, generation 1: for SQLite and for PostgreSQL alike.
--
-- Everything here is derived from the event table and can be thrown away and filled again
-- (docs/relational.md). A case's rows are replaced together, in one transaction, and only by
-- those of a later version. Times are UTC; in SQLite they are text of one width, so that
-- their order is the order of the times. Amounts are in cents of a dollar. Ids are text.
--
-- This is the court's own: sealed cases, sealed entries and sealed addresses stand here whole.
-- Whoever publishes from it leaves out what cases.sealed_at, docket_entries.sealed_to,
-- docket_entries.is_on_docket_record and parties.is_address_sealed name.

-- Which generation this database holds, and its own id, under which checkpoints are kept.
CREATE TABLE IF NOT EXISTS projection (
    name text PRIMARY KEY,
    generation integer NOT NULL,
    target_id text NOT NULL
);

-- Cases that can't be brought past the version before `version`, and why. Their rows, where
-- they have any, are those of an earlier version.
CREATE TABLE IF NOT EXISTS parked_cases (
    docket_number text PRIMARY KEY,
    version bigint NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS cases (
    docket_number text PRIMARY KEY,
    docket_year integer NOT NULL,              -- two digits, as in the number
    docket_serial integer NOT NULL,
    suffix text,
    initial_suffix text,
    version bigint NOT NULL,                   -- the last commit that the rows include
    head_hash text NOT NULL,                   -- its hash
    recorded_at timestamptz NOT NULL,          -- when it was recorded
    caption text NOT NULL,
    initial_caption text NOT NULL,
    case_type text NOT NULL,
    procedure_type text NOT NULL,
    party_type text NOT NULL,
    status text NOT NULL,
    status_since timestamptz,
    closed_date timestamptz,
    associated_judge text NOT NULL,
    preferred_trial_city text,
    received_at timestamptz NOT NULL,
    is_paper boolean NOT NULL,
    petition_checked_at timestamptz,
    petition_served_at timestamptz,
    irs_notice_date timestamptz,
    mailing_date text,
    answered_at timestamptz,
    fee_status text NOT NULL,                  -- Paid, Not paid, Waived
    fee_at timestamptz,                        -- when it was paid or waived
    fee_method text,
    sealed_at timestamptz,
    lead_docket_number text,                   -- of the consolidated group
    trial_session_id text,
    trial_date timestamptz,
    trial_location text,
    trial_judge text,
    blocked_reason text,
    blocked_since timestamptz,
    automatic_block_reason text,
    automatic_block_since timestamptz,
    priority_reason text,
    priority_since timestamptz,
    damages_cents bigint,
    litigation_costs_cents bigint,
    case_note text,
    import_digest text,
    import_schema text,
    import_version bigint
);
CREATE INDEX IF NOT EXISTS cases_by_status ON cases (status, associated_judge);
CREATE INDEX IF NOT EXISTS cases_by_judge ON cases (associated_judge, status);
CREATE INDEX IF NOT EXISTS cases_by_city ON cases (preferred_trial_city, status);
CREATE INDEX IF NOT EXISTS cases_by_trial_session ON cases (trial_session_id);
CREATE INDEX IF NOT EXISTS cases_by_lead ON cases (lead_docket_number);

-- Each status that a case has had, in the order of the commits; `until` is when the next one
-- began, and null for the present one.
CREATE TABLE IF NOT EXISTS status_history (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    position integer NOT NULL,
    status text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (docket_number, position)
);
CREATE INDEX IF NOT EXISTS status_history_by_status ON status_history (status, since, until);

CREATE TABLE IF NOT EXISTS docket_entries (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    docket_entry_id text NOT NULL,
    entry_index integer,                       -- 1, 2, 3 … on the record; 0 or null off it
    event_code text NOT NULL,
    document_type text NOT NULL,
    title text NOT NULL,
    filed_by text,
    filing_date timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    number_of_pages integer,
    is_paper boolean NOT NULL,
    lodged boolean NOT NULL,
    objections text,
    pending boolean NOT NULL,
    is_draft boolean NOT NULL,
    is_minute_entry boolean NOT NULL,
    is_on_docket_record boolean NOT NULL,
    judge text,
    due timestamptz,
    signed_at timestamptz,
    signed_by text,
    document_key text,
    document_sha256 text,
    served_at timestamptz,
    served_parties_code text,
    stricken_at timestamptz,
    stricken_by text,
    sealed_to text,
    stamp_disposition text,
    stamped_at timestamptz,
    stamped_by text,
    stamp_order text,
    stamp_text text,
    qc_at timestamptz,
    qc_by text,
    archived_at timestamptz,
    filed_in bigint NOT NULL,                  -- the commit that added it
    changed_in bigint NOT NULL,                -- the commit that changed it last
    PRIMARY KEY (docket_number, docket_entry_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS docket_entries_on_record
    ON docket_entries (docket_number, entry_index) WHERE is_on_docket_record;
CREATE INDEX IF NOT EXISTS docket_entries_by_code ON docket_entries (event_code, filing_date);
CREATE INDEX IF NOT EXISTS docket_entries_unserved
    ON docket_entries (filing_date) WHERE served_at IS NULL;
CREATE INDEX IF NOT EXISTS docket_entries_pending
    ON docket_entries (filing_date) WHERE pending;

CREATE TABLE IF NOT EXISTS docket_entry_filers (
    docket_number text NOT NULL,
    docket_entry_id text NOT NULL,
    contact_id text NOT NULL,                  -- of a party, who may have left the case
    PRIMARY KEY (docket_number, docket_entry_id, contact_id),
    FOREIGN KEY (docket_number, docket_entry_id) REFERENCES docket_entries ON DELETE CASCADE
);

-- On whom an entry was served.
CREATE TABLE IF NOT EXISTS served_parties (
    docket_number text NOT NULL,
    docket_entry_id text NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    email text,
    PRIMARY KEY (docket_number, docket_entry_id, position),
    FOREIGN KEY (docket_number, docket_entry_id) REFERENCES docket_entries ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS parties (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    contact_id text NOT NULL,
    position integer NOT NULL,                 -- in the order in which they joined
    contact_type text NOT NULL,
    user_id text,
    name text NOT NULL,
    secondary_name text,
    in_care_of text,
    title text,
    address1 text,
    address2 text,
    address3 text,
    city text,
    state text,
    postal_code text,
    country text,
    phone text,
    email text,
    service_indicator text NOT NULL,
    is_address_sealed boolean NOT NULL,
    PRIMARY KEY (docket_number, contact_id)
);
CREATE INDEX IF NOT EXISTS parties_by_name ON parties (name);
CREATE INDEX IF NOT EXISTS parties_by_user ON parties (user_id);

CREATE TABLE IF NOT EXISTS counsel (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    user_id text NOT NULL,
    position integer NOT NULL,
    counsel_type text NOT NULL,
    name text NOT NULL,
    bar_number text,
    firm_name text,
    address1 text,
    address2 text,
    address3 text,
    city text,
    state text,
    postal_code text,
    country text,
    phone text,
    email text,
    service_indicator text NOT NULL,
    PRIMARY KEY (docket_number, user_id)
);
CREATE INDEX IF NOT EXISTS counsel_by_user ON counsel (user_id);
CREATE INDEX IF NOT EXISTS counsel_by_bar_number ON counsel (bar_number);

-- Whom counsel represents, by the contact's id.
CREATE TABLE IF NOT EXISTS counsel_representing (
    docket_number text NOT NULL,
    user_id text NOT NULL,
    contact_id text NOT NULL,
    PRIMARY KEY (docket_number, user_id, contact_id),
    FOREIGN KEY (docket_number, user_id) REFERENCES counsel ON DELETE CASCADE
);

-- The consolidated group, as each case of it knows it; the case itself is among the members.
CREATE TABLE IF NOT EXISTS consolidated_members (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    member_docket_number text NOT NULL,
    is_lead boolean NOT NULL,
    PRIMARY KEY (docket_number, member_docket_number)
);
CREATE INDEX IF NOT EXISTS consolidated_members_by_member
    ON consolidated_members (member_docket_number);

CREATE TABLE IF NOT EXISTS deadlines (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    deadline_id text NOT NULL,
    due timestamptz NOT NULL,
    description text NOT NULL,
    set_by text,                               -- the docket entry of the order that set it
    PRIMARY KEY (docket_number, deadline_id)
);
CREATE INDEX IF NOT EXISTS deadlines_by_date ON deadlines (due);

CREATE TABLE IF NOT EXISTS hearings (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    trial_session_id text NOT NULL,
    trial_date timestamptz NOT NULL,
    trial_location text NOT NULL,
    judge text,
    calendar_notes text,
    PRIMARY KEY (docket_number, trial_session_id)
);
CREATE INDEX IF NOT EXISTS hearings_by_session ON hearings (trial_session_id);

CREATE TABLE IF NOT EXISTS correspondence (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    correspondence_id text NOT NULL,
    title text NOT NULL,
    filing_date timestamptz NOT NULL,
    filed_by text NOT NULL,
    number_of_pages integer,
    document_key text NOT NULL,
    document_sha256 text,
    PRIMARY KEY (docket_number, correspondence_id)
);

CREATE TABLE IF NOT EXISTS statistics (
    docket_number text NOT NULL REFERENCES cases ON DELETE CASCADE,
    statistic_id text NOT NULL,
    period text NOT NULL,
    year integer,
    last_date_of_period timestamptz,
    irs_deficiency_cents bigint NOT NULL,
    determined_deficiency_cents bigint,
    PRIMARY KEY (docket_number, statistic_id)
);

CREATE TABLE IF NOT EXISTS penalties (
    docket_number text NOT NULL,
    statistic_id text NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    irs_amount_cents bigint NOT NULL,
    determined_amount_cents bigint,
    PRIMARY KEY (docket_number, statistic_id, position),
    FOREIGN KEY (docket_number, statistic_id) REFERENCES statistics ON DELETE CASCADE
);
