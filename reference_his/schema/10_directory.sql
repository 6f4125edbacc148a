-- Who works where, what can be charged, which drugs there are.
CREATE TABLE department (
    code text PRIMARY KEY,
    name text NOT NULL,
    parent_code text REFERENCES department,
    kind text NOT NULL CHECK (kind IN ('clinic', 'medtech', 'ward', 'pharmacy')),
    standard_code text NOT NULL DEFAULT '',      -- WS/T diagnosis-subject code, e.g. A03.04
    place text NOT NULL DEFAULT '',
    -- who gives numbers out: this system, or the platform whose bookings it then follows
    pool_owner text NOT NULL DEFAULT 'his' CHECK (pool_owner IN ('his', 'platform')),
    updated_at timestamptz NOT NULL
);
CREATE TABLE doctor (
    code text PRIMARY KEY,
    name text NOT NULL,
    title text NOT NULL CHECK (title IN ('1', '2', '3', '4', '5', '6')),  -- 1 chief … 6 none
    department_code text NOT NULL REFERENCES department,
    specialty text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL
);
CREATE TABLE item (
    code text PRIMARY KEY,
    name text NOT NULL,
    category text NOT NULL,                       -- 01 bed … 15 other, as on the fee list
    kind text NOT NULL CHECK (kind IN ('registration', 'lab', 'exam', 'treatment', 'bed', 'nursing', 'other')),
    unit text NOT NULL,
    price_fen bigint NOT NULL CHECK (price_fen >= 0),
    insurance_class text NOT NULL CHECK (insurance_class IN ('A', 'B', 'C')),
    insurance_code text NOT NULL DEFAULT '',
    department_code text REFERENCES department,   -- where it is done
    details jsonb NOT NULL DEFAULT '{}',          -- lab: analytes with ranges; exam: modality, body part
    updated_at timestamptz NOT NULL
);
CREATE TABLE drug (
    code text PRIMARY KEY,
    name text NOT NULL,                           -- generic name
    brand text NOT NULL DEFAULT '',
    spec text NOT NULL,
    form text NOT NULL,
    unit text NOT NULL,
    maker text NOT NULL,
    price_fen bigint NOT NULL CHECK (price_fen >= 0),
    stock numeric(12, 2) NOT NULL CHECK (stock >= 0),
    category text NOT NULL,                       -- 12 western, 13 patent, 14 herbal
    insurance_class text NOT NULL CHECK (insurance_class IN ('A', 'B', 'C')),
    insurance_code text NOT NULL DEFAULT '',
    leaflet jsonb NOT NULL DEFAULT '{}',          -- indications, dosage, contraindications, …
    updated_at timestamptz NOT NULL
);
CREATE TABLE checkup_package (
    code text PRIMARY KEY,
    name text NOT NULL,
    sex text NOT NULL CHECK (sex IN ('0', '1', '2')),
    price_fen bigint NOT NULL CHECK (price_fen > 0),
    items jsonb NOT NULL,                         -- list of item codes
    description text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL
);
