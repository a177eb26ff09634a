//! The categories: groups of fields that are released or withheld together.
//!
//! A rule names categories and people; nothing finer and nothing else decides what a vendor sees.

use std::fmt;
use std::str::FromStr;

use serde_with::{DeserializeFromStr, SerializeDisplay};

/// How sensitive a category is, which decides what a school must state to release it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not personal: goes with any rule that needs it.
    S0,
    /// Personal, little harm: purpose and legal basis.
    S1,
    /// Ordinary personal data: also a reference to the agreement.
    S2,
    /// High: also a reason per category and a second approver.
    S3,
    /// Special or forbidden: shut until enabled for the board, or for good.
    S4,
}

macro_rules! categories {
    ($($variant:ident $key:literal $level:ident $group:literal $label:literal $contents:literal;)*) => {
        /// A group of fields that is released or withheld together.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay, DeserializeFromStr)]
        pub enum Category {
            $(#[doc = $contents] $variant,)*
        }

        impl Category {
            /// Every category, in the order of the category page.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The key that rules files, logs and the database use.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            /// How sensitive the category is.
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)* }
            }

            /// The group under which the console shows the category.
            pub const fn group(self) -> &'static str {
                match self { $(Self::$variant => $group,)* }
            }

            /// The Dutch name that schools see.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// What the category holds, in one line.
            pub const fn contents(self) -> &'static str {
                match self { $(Self::$variant => $contents,)* }
            }
        }
    };
}

categories! {
    Structure "structure" S0 "Structure" "Schoolstructuur" "Schools, terms, classes as objects, courses.";
    ClassLabel "class-label" S1 "Structure" "Namen van groepen en vakken" "Names and subjects of classes and courses (may reveal care or religion).";
    Timetable "timetable" S1 "Structure" "Rooster" "Periods and rooms.";
    Identity "identity" S1 "Person" "Bestaan, rol en school" "That a person exists, pairwise id, role, school.";
    Name "name" S2 "Person" "Naam" "Name in use.";
    NameAdditional "name-additional" S2 "Person" "Overige voornamen" "Middle or baptismal names.";
    LocalId "local-id" S2 "Identifiers" "Leerling- of personeelsnummer" "Pupil or staff number, other local ids.";
    ChainId "chain-id" S2 "Identifiers" "ECK iD (keten-id)" "ECK iD or another identifier shared by vendors.";
    NationalId "national-id" S4 "Identifiers" "BSN / PGN" "BSN, PGN, any state number.";
    ContactEmail "contact-email" S2 "Contact" "E-mailadres" "E-mail.";
    ContactPhone "contact-phone" S3 "Contact" "Telefoonnummer" "Telephone, text messages.";
    ContactAddress "contact-address" S3 "Contact" "Adres" "Home address.";
    ContactOnline "contact-online" S3 "Contact" "Online-adressen" "Messengers, profile pages.";
    Login "login" S2 "Login" "Inlognaam" "Account names and profiles.";
    Secret "secret" S4 "Login" "Wachtwoorden en sleutels" "Passwords, certificates, keys.";
    BirthDate "birth-date" S3 "Characteristics" "Geboortedatum" "Date of birth.";
    BirthPlace "birth-place" S3 "Characteristics" "Geboorteplaats en -land" "Place and country of birth.";
    Gender "gender" S2 "Characteristics" "Geslacht" "Sex as registered.";
    Pronouns "pronouns" S3 "Characteristics" "Voornaamwoorden" "Pronouns (may reveal gender identity).";
    Ethnicity "ethnicity" S4 "Characteristics" "Etniciteit" "Race and ethnicity.";
    Residence "residence" S3 "Characteristics" "Woonstatus" "Residence status.";
    Language "language" S2 "Characteristics" "Taal" "Preferred language, locale, time zone.";
    GradeLevel "grade-level" S2 "Enrolment" "Leerjaar" "Year or grade of the pupil.";
    Enrolment "enrolment" S2 "Enrolment" "Groepsindeling" "Who is in which class, and as what.";
    EnrolmentDates "enrolment-dates" S2 "Enrolment" "In- en uitschrijfdatums" "Begin and end of memberships.";
    Carers "carers" S3 "Carers" "Relatie met ouders/verzorgers" "Links between pupils and carers, in both directions.";
    Employment "employment" S2 "Staff" "Functie en afdeling" "Function, department, manager, cost centre.";
    AssessmentItem "assessment-item" S1 "Grades" "Toetsen en opdrachten" "Tests, assignments, scales, categories.";
    AssessmentResult "assessment-result" S3 "Grades" "Resultaten" "Scores and their status.";
    AssessmentProgress "assessment-progress" S3 "Grades" "Voortgang en te laat" "Late, missing, in progress, incomplete (behaviour).";
    AssessmentComment "assessment-comment" S3 "Grades" "Opmerkingen bij resultaten" "Remarks by a teacher (free text).";
    LearningObjectives "learning-objectives" S3 "Grades" "Resultaten per leerdoel" "Results per learning objective.";
    ResourceCatalogue "resource-catalogue" S0 "Learning materials" "Leermiddelen" "Learning materials and to which class or course they belong.";
    ResourceAssignment "resource-assignment" S2 "Learning materials" "Leermiddelen per persoon" "Learning materials of one person.";
    Photo "photo" S3 "Special" "Foto" "Portraits.";
    Attendance "attendance" S3 "Special" "Verzuim" "Absence and its reason (reason: S4). No field in OneRoster or SCIM; reserved.";
    SupportNeeds "support-needs" S4 "Special" "Zorg en ondersteuning" "Health, dyslexia, accessibility, care. No field in OneRoster or SCIM; reserved.";
    Belief "belief" S4 "Special" "Godsdienst" "Religion. No field; reserved.";
    Finance "finance" S4 "Special" "Financiën" "Bank account, fees. No field; reserved.";
    Free "free" S4 "Special" "Vrije velden" "Metadata and extension fields until a key is assigned to a category.";
}

impl Category {
    /// How many categories there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The category's place in [`Category::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether no rule at all can release the category.
    pub const fn is_forbidden(self) -> bool {
        matches!(self, Self::NationalId | Self::Secret)
    }

    /// Whether the category must first be enabled for the board, with an exception and an end date.
    pub const fn needs_enabling(self) -> bool {
        matches!(self.level(), Level::S4) && !self.is_forbidden()
    }

    /// Whether the category says something about a person, so that releasing it makes the person visible.
    ///
    /// The others describe schools, classes, materials and assignments.
    pub const fn is_about_people(self) -> bool {
        !matches!(
            self,
            Self::Structure | Self::ClassLabel | Self::Timetable | Self::ResourceCatalogue | Self::AssessmentItem
        )
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A category key that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no category `{0}`")]
pub struct UnknownCategory(pub String);

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(key: &str) -> Result<Self, UnknownCategory> {
        Self::ALL.iter().copied().find(|c| c.key() == key).ok_or_else(|| UnknownCategory(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_categories_and_each_key_reads_back() {
        assert_eq!(Category::COUNT, 40);
        for category in Category::ALL {
            assert_eq!(category.key().parse(), Ok(*category));
        }
    }

    #[test]
    fn national_id_and_secret_cannot_be_enabled() {
        for category in [Category::NationalId, Category::Secret] {
            assert!(category.is_forbidden());
            assert!(!category.needs_enabling());
        }
    }
}
