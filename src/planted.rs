//! Leaks on purpose, so that the tests can show that they would be found.
//!
//! Without the feature `planted-leaks`, which no release has, [`is`] is `false` and the compiler removes every hook.

/// One way in which data could leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leak {
    /// A list is sorted by withheld values.
    SortBeforePolicy,
    /// The total counts hidden objects.
    CountBeforePolicy,
    /// A page is cut before hidden objects are taken out.
    PageBeforePolicy,
    /// A hidden object is forbidden, an unknown one unknown.
    ForbiddenForHidden,
    /// `dateLastModified` moves with withheld fields.
    DateOfWithheldField,
    /// Agents outside the view are shown.
    UncutAgents,
    /// Roles at orgs outside the view are shown.
    UncutRoles,
    /// Children outside the view are shown.
    UncutChildren,
    /// A comparison sees withheld values.
    UncutFilter,
    /// `!=` is taken over values that are withheld.
    NotEqualOverAll,
    /// A list below a hidden object is empty instead of unknown.
    EmptyBelowHidden,
    /// A placeholder begins like the name that it stands for.
    PlaceholderFromName,
    /// Lists are in the order in which rows came.
    InsertionOrder,
    /// A nested list has more than the view.
    NestedBesideView,
    /// Demographics are there or not by what is withheld of them.
    DemographicsByWithheld,
    /// A cursor counts hidden objects.
    CursorByPosition,
    /// People who went away are told to whoever asks.
    TombstonesForAll,
    /// A value that is withheld moves the date that is kept of the object.
    HiddenValueMoves,
    /// Who comes into the view comes without a date.
    NewcomersUntold,
    /// Whoever leaves the view comes back as a tombstone, received or not.
    TombstoneUnreceived,
    /// Whoever leaves the view is never told.
    NoTombstone,
    /// A choice about a value that isn't there moves the date.
    AbsentValueMoves,
    /// A change gets the time of the clock, though the clock went back.
    ClockBelieved,
    /// A name that the school uses for something hidden is refused.
    UniqueOverHidden,
    /// A vendor reads what another wrote.
    OthersReadable,
    /// The total counts what other vendors wrote.
    OthersCounted,
    /// A hidden person in a write is refused in other words than an unknown one.
    HiddenPersonNamed,
    /// `If-None-Match: *` fails for a hidden object.
    AbsenceByHidden,
    /// A write gets a time after those of other vendors.
    TimeOfOthers,
    /// A line item can't be deleted while other vendors have results for it.
    InUseByOthers,
    /// Results that go with their line item keep their time.
    CascadeUntold,
    /// A write gets the time of the clock, though the vendor was told later times.
    OwnClockBelieved,
    /// What a vendor deleted is never told.
    OwnDeletedUntold,
    /// A set of files names agents outside the view.
    SetWithUncutAgents,
    /// The manifest of a set counts the board's people.
    SetCountsBoard,
    /// A delta of files holds whatever an import touched.
    SetByTimesOfRecords,
    /// A user can't be made under the name of somebody hidden.
    NameInUseByHidden,
    /// A SCIM filter holds for a value that is withheld.
    ScimFilterBeforeRelease,
    /// A group has members outside the view.
    UncutMembers,
    /// A group's version counts members outside the view.
    VersionOfAllMembers,
}

impl Leak {
    /// Leaks that only writes show.
    pub const OF_WRITES: [Self; 7] = [
        Self::UniqueOverHidden,
        Self::OthersReadable,
        Self::OthersCounted,
        Self::HiddenPersonNamed,
        Self::AbsenceByHidden,
        Self::TimeOfOthers,
        Self::InUseByOthers,
    ];

    /// Leaks that only SCIM shows.
    pub const OF_SCIM: [Self; 4] =
        [Self::NameInUseByHidden, Self::ScimFilterBeforeRelease, Self::UncutMembers, Self::VersionOfAllMembers];

    /// Leaks of sets of files.
    pub const OF_SETS: [Self; 3] = [Self::SetWithUncutAgents, Self::SetCountsBoard, Self::SetByTimesOfRecords];

    /// Faults of what is told later, which show only after a change: the test of deltas finds them.
    pub const OF_DELTA: [Self; 9] = [
        Self::HiddenValueMoves,
        Self::NewcomersUntold,
        Self::TombstoneUnreceived,
        Self::NoTombstone,
        Self::AbsentValueMoves,
        Self::ClockBelieved,
        Self::CascadeUntold,
        Self::OwnClockBelieved,
        Self::OwnDeletedUntold,
    ];

    /// Every leak that an answer may show by itself.
    pub const ALL: [Self; 17] = [
        Self::SortBeforePolicy,
        Self::CountBeforePolicy,
        Self::PageBeforePolicy,
        Self::ForbiddenForHidden,
        Self::DateOfWithheldField,
        Self::UncutAgents,
        Self::UncutRoles,
        Self::UncutChildren,
        Self::UncutFilter,
        Self::NotEqualOverAll,
        Self::EmptyBelowHidden,
        Self::PlaceholderFromName,
        Self::InsertionOrder,
        Self::NestedBesideView,
        Self::DemographicsByWithheld,
        Self::CursorByPosition,
        Self::TombstonesForAll,
    ];
}

/// Whether the leak is planted in this process.
#[cfg(not(feature = "planted-leaks"))]
#[inline]
pub const fn is(_: Leak) -> bool {
    false
}

#[cfg(feature = "planted-leaks")]
static PLANTED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(usize::MAX);

/// Whether the leak is planted in this process.
#[cfg(feature = "planted-leaks")]
pub fn is(leak: Leak) -> bool {
    PLANTED.load(std::sync::atomic::Ordering::Relaxed) == leak as usize
}

/// Whether any leak is planted: nothing that was written without it may be shown then.
#[cfg(feature = "planted-leaks")]
pub fn is_any() -> bool {
    PLANTED.load(std::sync::atomic::Ordering::Relaxed) != usize::MAX
}

/// Whether any leak is planted.
#[cfg(not(feature = "planted-leaks"))]
pub const fn is_any() -> bool {
    false
}

/// Plants one leak in this process, or none.
#[cfg(feature = "planted-leaks")]
pub fn set(leak: Option<Leak>) {
    PLANTED.store(leak.map_or(usize::MAX, |leak| leak as usize), std::sync::atomic::Ordering::Relaxed);
}
