//! Every refusal: its status, its code, the field that it is about, and its sentence.

use casefold_events::entry::EventCode;
use casefold_events::vocabulary::{CaseStatus, Role};
use casefold_events::{
    CorrespondenceId, DeadlineId, DocketEntryId, DocketNumber, StatisticId, Timestamp,
};

use crate::command::{ContactRef, EntryRef, InvalidField, RecordRef};

use super::RefusalCode;
use super::declare::refusals;

refusals! {
    // Who may: 403
    /// The caller's role may not send this command.
    RoleNotAllowed {
        /// The role.
        role: Role,
        /// The command.
        command: &'static str,
    } = 403 "ROLE_NOT_ALLOWED", None,
        "the role {role} may not send {command}; ask somebody whose role may";
    /// A party acts on its own cases alone, and this is not one of the caller's.
    NotAParty = 403 "NOT_A_PARTY", None,
        "you are neither a party to this case nor its counsel; act on a case of your own";
    /// Only the court's staff record something as of an earlier time.
    BackdatingNotAllowed = 403 "BACKDATING_NOT_ALLOWED", Some("effectiveAt"),
        "only the court's staff give effectiveAt; leave it out";
    /// The caller may change some details of this person, but not these.
    FieldsNotAllowed {
        /// The fields.
        fields: String,
    } = 403 "FIELDS_NOT_ALLOWED", None,
        "you may not change {fields} of this person; leave it out, or ask a docket clerk";
    /// Counsel don't enter by themselves where something is sealed that their appearance would
    /// open to them: the case, or the address of somebody whom they represent.
    AppearanceByClerkOnly = 403 "APPEARANCE_BY_CLERK_ONLY", None,
        "the case, or an address that your appearance would open to you, is sealed; ask a \
         docket clerk to enter your appearance";

    // What is not there: 404
    /// The case has no such docket entry.
    EntryNotFound {
        /// The entry.
        entry: EntryRef,
    } = 404 "ENTRY_NOT_FOUND", Some("docketEntry"),
        "the case has no docket entry {entry}; name one by its index or id";
    /// The case has no such draft.
    DraftNotFound {
        /// The draft.
        draft: DocketEntryId,
    } = 404 "DRAFT_NOT_FOUND", Some("draft"),
        "the case has no draft {draft}; name one by its id";
    /// The case has no such contact.
    ContactNotFound {
        /// The contact.
        contact: ContactRef,
    } = 404 "CONTACT_NOT_FOUND", Some("contact"),
        "the case has no contact {contact}; name a petitioner by number, or a contact by id";
    /// The case has no such counsel.
    CounselNotFound = 404 "COUNSEL_NOT_FOUND", Some("userId"),
        "this user is no counsel in the case; give the userId of one who is";
    /// The case has no such deadline.
    DeadlineNotFound {
        /// The deadline.
        deadline: RecordRef<DeadlineId>,
    } = 404 "DEADLINE_NOT_FOUND", Some("deadline"),
        "the case has no deadline {deadline}; name one by its number or id";
    /// The case has no such correspondence.
    CorrespondenceNotFound {
        /// The correspondence.
        correspondence: RecordRef<CorrespondenceId>,
    } = 404 "CORRESPONDENCE_NOT_FOUND", Some("correspondence"),
        "the case has no correspondence {correspondence}; name it by its number or id";
    /// The case has no such statistic.
    StatisticNotFound {
        /// The statistic.
        statistic: RecordRef<StatisticId>,
    } = 404 "STATISTIC_NOT_FOUND", Some("statistic"),
        "the case has no statistic {statistic}; name one by its number or id";
    /// Neither damages nor litigation costs are set.
    OtherStatisticsNotFound = 404 "OTHER_STATISTICS_NOT_FOUND", None,
        "the case has neither damages nor litigation costs; set them first \
         (AddOtherStatistics)";
    /// The case has no note.
    CaseNoteNotFound = 404 "CASE_NOTE_NOT_FOUND", None,
        "the case has no note; write one first (AddCaseNote)";

    /// The case has no hearing in this session.
    HearingNotFound = 404 "HEARING_NOT_FOUND", Some("trialSessionId"),
        "the case has no hearing in this session; name the session of one";

    // How the case stands: 409
    /// The command would leave the case as it is.
    NothingToChange = 409 "NOTHING_TO_CHANGE", None,
        "the case is so already; nothing would change";
    /// The petition was served before. It is served once, and checked only until then.
    PetitionAlreadyServed = 409 "PETITION_ALREADY_SERVED", None,
        "the petition is served already; it is served once, and checked before that";
    /// The petition is not served on the respondent yet.
    PetitionNotServed = 409 "PETITION_NOT_SERVED", None,
        "the petition is not served yet; serve it first (ServePetition)";
    /// The petition was not checked yet.
    PetitionNotChecked = 409 "PETITION_NOT_CHECKED", None,
        "the petition is not checked yet; check it first (QcPetition)";
    /// The entry is not on the docket record.
    EntryNotOnRecord = 409 "ENTRY_NOT_ON_RECORD", Some("docketEntry"),
        "the entry is not on the docket record; name one that is";
    /// The entry was served before; an entry is served once.
    EntryAlreadyServed = 409 "ENTRY_ALREADY_SERVED", Some("docketEntry"),
        "the entry is served already; an entry is served once";
    /// The entry has no document that could be served.
    EntryHasNoFile = 409 "ENTRY_HAS_NO_FILE", Some("docketEntry"),
        "the entry has no document; attach one before it is served";
    /// The entry is a minute entry, which is a note on the record and is not served.
    EntryIsMinuteEntry = 409 "ENTRY_IS_MINUTE_ENTRY", Some("docketEntry"),
        "the entry is a minute entry, which is not served";
    /// The entry belongs to the petition, which is served as a whole.
    EntryIsPetition = 409 "ENTRY_IS_PETITION", Some("docketEntry"),
        "the entry belongs to the petition; serve it with ServePetition";
    /// The entry is a document of the court, which has a service of its own.
    EntryIsCourtIssued = 409 "ENTRY_IS_COURT_ISSUED", Some("docketEntry"),
        "the entry is a document of the court; serve it with ServeCourtIssuedDocument";
    /// The entry is not a document of the court.
    EntryNotCourtIssued = 409 "ENTRY_NOT_COURT_ISSUED", Some("docketEntry"),
        "the entry is no document of the court; serve it with ServeDocument";
    /// The entry was stricken, so its document is not to be had any more, and nothing is done
    /// about it.
    EntryStricken = 409 "ENTRY_STRICKEN", Some("docketEntry"),
        "the entry is stricken; it is neither served nor edited, checked or stamped";
    /// The entry was stricken before; an entry is stricken once.
    EntryAlreadyStricken = 409 "ENTRY_ALREADY_STRICKEN", Some("docketEntry"),
        "the entry is stricken already; an entry is stricken once";
    /// The entry is sealed, and to the same.
    EntryAlreadySealed = 409 "ENTRY_ALREADY_SEALED", Some("docketEntry"),
        "the entry is sealed already, and to the same";
    /// The entry is not sealed.
    EntryNotSealed = 409 "ENTRY_NOT_SEALED", Some("docketEntry"),
        "the entry is not sealed";
    /// The entry is a draft, which is edited otherwise than what was filed.
    EntryIsDraft = 409 "ENTRY_IS_DRAFT", Some("docketEntry"),
        "the entry is a draft; edit it with EditDraft";
    /// The entry did not come on paper: what a party filed electronically stays as it was
    /// filed.
    EntryNotPaper = 409 "ENTRY_NOT_PAPER", Some("docketEntry"),
        "the entry did not come on paper; correct what the record says of it with \
         EditDocketEntryMeta";
    /// The entry is served, and a served entry is edited only in its meta-data.
    ServedEntryNotEditable = 409 "SERVED_ENTRY_NOT_EDITABLE", Some("docketEntry"),
        "the entry is served already; correct what the record says of it with \
         EditDocketEntryMeta";
    /// The entry is no filing that a party made electronically, and such filings alone are
    /// checked. A petition is checked as a whole.
    EntryNotToCheck = 409 "ENTRY_NOT_TO_CHECK", Some("docketEntry"),
        "the entry was not filed electronically by a party; such filings alone are checked \
         (a petition: QcPetition)";
    /// The filing was checked before; it is checked once.
    EntryAlreadyChecked = 409 "ENTRY_ALREADY_CHECKED", Some("docketEntry"),
        "the entry is checked already; a filing is checked once";
    /// Nothing is to be done about the entry.
    EntryNotPending = 409 "ENTRY_NOT_PENDING", Some("docketEntry"),
        "the entry is not pending; there is nothing to remove";
    /// The entry is no motion.
    EntryNotMotion = 409 "ENTRY_NOT_MOTION", Some("docketEntry"),
        "the entry is no motion (M and three digits); motions alone are stamped";
    /// The motion was stamped before, and the order that the stamp made was not laid aside.
    MotionAlreadyStamped = 409 "MOTION_ALREADY_STAMPED", Some("docketEntry"),
        "the motion is stamped already; archive the draft order that the stamp made \
         (ArchiveDraft), or issue another order";
    /// Another entry of the case has the id that was chosen for a draft.
    DraftIdTaken = 409 "DRAFT_ID_TAKEN", Some("draft"),
        "an entry of the case has this id already; choose another, or leave draft out";
    /// The entry is on the record, so it is no draft, or none any more.
    DraftOnRecord = 409 "DRAFT_ON_RECORD", Some("draft"),
        "the entry is on the docket record, and no draft any more; name a draft";
    /// The entry is off the record, but no draft.
    EntryNotDraft = 409 "ENTRY_NOT_DRAFT", Some("draft"),
        "the entry is no draft; name one that is";
    /// The draft was laid aside.
    DraftArchived = 409 "DRAFT_ARCHIVED", Some("draft"),
        "the draft is archived, and nothing is done with it any more; make another \
         (CreateDraftOrder)";
    /// The draft is signed, and what is signed is not changed.
    DraftAlreadySigned = 409 "DRAFT_ALREADY_SIGNED", Some("draft"),
        "the draft is signed already; take the signature back first (UnsignOrder)";
    /// The draft is not signed.
    DraftNotSigned = 409 "DRAFT_NOT_SIGNED", Some("draft"),
        "the draft is not signed; SignOrder signs it";
    /// The draft has no document.
    DraftHasNoFile = 409 "DRAFT_HAS_NO_FILE", Some("draft"),
        "the draft has no document; give it one first (EditDraft)";
    /// The case is sealed.
    CaseAlreadySealed = 409 "CASE_ALREADY_SEALED", None,
        "the case is sealed already";
    /// The case is not sealed.
    CaseNotSealed = 409 "CASE_NOT_SEALED", None,
        "the case is not sealed";
    /// A case has at most one intervenor.
    IntervenorAlreadyThere = 409 "INTERVENOR_ALREADY_THERE", Some("contactType"),
        "the case has an intervenor already, and one is the most";
    /// A case keeps at least one petitioner.
    LastPetitioner = 409 "LAST_PETITIONER", Some("contact"),
        "this is the case's last petitioner, who stays; add another first (AddPetitioner)";
    /// The contact's address is sealed; an address is sealed once.
    AddressAlreadySealed = 409 "ADDRESS_ALREADY_SEALED", Some("contact"),
        "the contact's address is sealed already";
    /// The contact's address is not sealed.
    AddressNotSealed = 409 "ADDRESS_NOT_SEALED", Some("contact"),
        "the contact's address is not sealed";
    /// The counsel has appeared in the case before.
    CounselAlreadyThere = 409 "COUNSEL_ALREADY_THERE", Some("userId"),
        "this user is counsel in the case already; change what differs (UpdateCounsel)";
    /// The case has an open deadline of this date and description.
    DeadlineAlreadyThere = 409 "DEADLINE_ALREADY_THERE", None,
        "the case has a deadline of this date and description already";
    /// The case has correspondence with this document.
    CorrespondenceAlreadyThere = 409 "CORRESPONDENCE_ALREADY_THERE", Some("document"),
        "the case has correspondence with this document already";
    /// The case has a statistic with the same figures.
    StatisticAlreadyThere = 409 "STATISTIC_ALREADY_THERE", Some("figures"),
        "the case has a statistic with the same figures already";
    /// A case has at most 12 statistics.
    TooManyStatistics {
        /// How many it may have.
        most: usize,
    } = 409 "TOO_MANY_STATISTICS", None,
        "the case has {most} statistics, which is the most; change or remove one";
    /// Damages or litigation costs are set already.
    OtherStatisticsAlreadyThere = 409 "OTHER_STATISTICS_ALREADY_THERE", None,
        "the case has damages or litigation costs already; change them (UpdateOtherStatistics)";
    /// The case has a note already.
    CaseNoteAlreadyThere = 409 "CASE_NOTE_ALREADY_THERE", None,
        "the case has a note already; write it anew (UpdateCaseNote)";
    /// Consolidated cases share status, procedure, place of trial and judge, and none of them
    /// is closed, so none of these changes for one case alone.
    CaseIsConsolidated {
        /// The lead of its group.
        lead: DocketNumber,
        /// What to do instead.
        instead: &'static str,
    } = 409 "CASE_IS_CONSOLIDATED", None,
        "the case is consolidated with {lead}, and consolidated cases share status, procedure, \
         place of trial and judge; {instead}";
    /// The case is in no consolidated group.
    CaseNotConsolidated {
        /// The case.
        docket_number: DocketNumber,
    } = 409 "CASE_NOT_CONSOLIDATED", Some("docketNumbers"),
        "case {docket_number} is in no consolidated group; leave it out";
    /// A case of this status can't be consolidated: it is New, Not at Issue, On Appeal or
    /// closed.
    StatusNotConsolidatable {
        /// The case.
        docket_number: DocketNumber,
        /// Its status.
        status: CaseStatus,
    } = 409 "STATUS_NOT_CONSOLIDATABLE", Some("docketNumbers"),
        "case {docket_number} has the status {status}, in which cases are not consolidated";
    /// Cases that are consolidated share status, procedure, place of trial and judge, and
    /// these don't.
    CasesDiffer {
        /// A case.
        one: DocketNumber,
        /// Another.
        other: DocketNumber,
        /// In what they differ.
        what: &'static str,
    } = 409 "CASES_DIFFER", Some("docketNumbers"),
        "cases {one} and {other} differ in {what}; consolidated cases share it";
    /// The command is for the cases of one consolidated group, and these are not of one.
    NotOneGroup = 409 "NOT_ONE_GROUP", Some("docketNumbers"),
        "the cases are not all of one consolidated group; send each a command of its own";
    /// A consolidated group changes, or is calendared, as a whole, and not all of it is
    /// listed.
    GroupIncomplete {
        /// A case that is listed.
        docket_number: DocketNumber,
        /// A case of its group that is not.
        missing: DocketNumber,
    } = 409 "GROUP_INCOMPLETE", Some("docketNumbers"),
        "case {docket_number} is consolidated with {missing}; list the whole group";
    /// A consolidated group can't have this status: none of its cases is Not at Issue, On
    /// Appeal or closed.
    GroupStatusNotAllowed {
        /// The status.
        status: CaseStatus,
    } = 409 "GROUP_STATUS_NOT_ALLOWED", Some("status"),
        "consolidated cases don't have the status {status}; unconsolidate them first \
         (UnconsolidateCases)";
    /// A consolidated group has at most 100 cases.
    GroupTooLarge {
        /// How many it would have.
        found: usize,
        /// How many it may have.
        most: usize,
    } = 409 "GROUP_TOO_LARGE", Some("docketNumbers"),
        "the group would have {found} cases, and {most} are the most";
    /// A group changed while the command was decided.
    GroupChanged {
        /// A case of it that was not looked at.
        docket_number: DocketNumber,
    } = 409 "GROUP_CHANGED", Some("docketNumbers"),
        "case {docket_number} was not looked at, for its group changed; send the command again";

    /// A case comes from one status to another in certain ways only, and this is none of
    /// them.
    StatusNotReachable {
        /// Its status.
        from: CaseStatus,
        /// The status to which it would come.
        to: CaseStatus,
        /// By what.
        cause: &'static str,
    } = 409 "STATUS_NOT_REACHABLE", None,
        "the case has the status {from}, and doesn't come to {to} from there by {cause}";
    /// The respondent has not answered.
    NotAnswered = 409 "NOT_ANSWERED", None,
        "the respondent has not answered; the case is ready for trial 45 days after the answer";
    /// The respondent's answer is not older than 45 days.
    AnswerTooRecent {
        /// When it was filed.
        answered_at: Timestamp,
    } = 409 "ANSWER_TOO_RECENT", None,
        "the answer was filed at {answered_at}; the case is ready for trial when it is older \
         than 45 days";
    /// There is no trial of a case of this status: it is On Appeal or closed.
    StatusNotTriable {
        /// The case.
        docket_number: DocketNumber,
        /// Its status.
        status: CaseStatus,
    } = 409 "STATUS_NOT_TRIABLE", None,
        "case {docket_number} has the status {status}, in which there is no trial";
    /// The case is on a trial session's calendar.
    CaseCalendared {
        /// The case.
        docket_number: DocketNumber,
    } = 409 "CASE_CALENDARED", None,
        "case {docket_number} is calendared already; take it out of its trial session first \
         (RemoveFromTrialSession)";
    /// A case is in a trial session once, with its trial or with a hearing.
    AlreadyInTrialSession {
        /// The case.
        docket_number: DocketNumber,
    } = 409 "ALREADY_IN_TRIAL_SESSION", None,
        "case {docket_number} is in this trial session already, with its trial or a hearing";
    /// A case is tried in one session, and this one is in another.
    InAnotherSession {
        /// The case.
        docket_number: DocketNumber,
    } = 409 "IN_ANOTHER_SESSION", None,
        "case {docket_number} is in another trial session; take it out of that one first \
         (RemoveFromTrialSession)";
    /// The case is not to be tried in this session.
    NotInTrialSession = 409 "NOT_IN_TRIAL_SESSION", Some("trialSessionId"),
        "the case is not to be tried in this session; name the session in which it is";
    /// Somebody of the court keeps the case from trial.
    CaseBlocked {
        /// The case.
        docket_number: DocketNumber,
    } = 409 "CASE_BLOCKED", None,
        "case {docket_number} is blocked from trial; unblock it first (UnblockFromTrial)";
    /// The case is blocked from trial already.
    CaseAlreadyBlocked = 409 "CASE_ALREADY_BLOCKED", None,
        "the case is blocked from trial already; to give another reason, unblock it first \
         (UnblockFromTrial)";
    /// Nobody blocked the case from trial. What keeps it from trial by itself ends by itself.
    CaseNotBlocked = 409 "CASE_NOT_BLOCKED", None,
        "nobody blocked the case from trial";
    /// The case is to be tried before others, so it is not blocked.
    CasePrioritized = 409 "CASE_PRIORITIZED", None,
        "the case has high priority, and is not blocked as well; end the priority first \
         (Unprioritize)";
    /// The case is to be tried before others already.
    CaseAlreadyPrioritized = 409 "CASE_ALREADY_PRIORITIZED", None,
        "the case has high priority already; to give another reason, end the priority first \
         (Unprioritize)";
    /// The case is not to be tried before others.
    CaseNotPrioritized = 409 "CASE_NOT_PRIORITIZED", None,
        "the case has no high priority";

    // What the command says: 422
    /// A field is too long, blank, or not of its form.
    InvalidField {
        /// Which, and what is wrong with it.
        invalid: InvalidField,
    } = 422 "INVALID_FIELD", None, "{invalid}";
    /// What is recorded holds from now or from earlier, never from the future.
    EffectiveInFuture = 422 "EFFECTIVE_IN_FUTURE", Some("effectiveAt"),
        "effectiveAt is in the future; give a time that has passed, or leave it out";
    /// What is recorded can't hold from before that which it is about.
    EffectiveTooEarly {
        /// From when it can hold at the earliest.
        earliest: Timestamp,
    } = 422 "EFFECTIVE_TOO_EARLY", Some("effectiveAt"),
        "effectiveAt is before {earliest}, when what it is about reached the court";
    /// A time that has to have passed is in the future.
    TimeInFuture {
        /// The field.
        field: &'static str,
    } = 422 "TIME_IN_FUTURE", None, "{field} is in the future; give a time that has passed";
    /// A time is before the petition of the case.
    TimeTooEarly {
        /// The field.
        field: &'static str,
        /// When the petition reached the court.
        earliest: Timestamp,
    } = 422 "TIME_TOO_EARLY", None,
        "{field} is before {earliest}, when the petition reached the court";
    /// An entry is filed before it is served.
    FiledAfterService = 422 "FILED_AFTER_SERVICE", Some("filingDate"),
        "filingDate is after the entry's service; give a time before it";
    /// An entry of this kind doesn't have the field, or it follows from the petition.
    FieldNotEditable {
        /// The field.
        field: &'static str,
    } = 422 "FIELD_NOT_EDITABLE", None,
        "{field} is not edited in an entry of this kind; leave it out";
    /// The document is one that sets a date by which something is to be done.
    DueMissing {
        /// The code.
        code: EventCode,
    } = 422 "DUE_MISSING", Some("due"),
        "a document of code {code} sets a date; give due";
    /// The document is not one that sets a date.
    DueNotTaken {
        /// The code.
        code: EventCode,
    } = 422 "DUE_NOT_TAKEN", Some("due"),
        "a document of code {code} sets no date; leave due out";
    /// What a document refers to is not in the store of documents, and this service takes no
    /// document whose content isn't.
    DocumentNotStored {
        /// The field: a path such as `petition`.
        path: String,
    } = 422 "DOCUMENT_NOT_STORED", None,
        "the content of {path} is not stored; upload it, and send key and sha256 as the upload \
         answers them";
    /// A party can't file a document of this code: it is the court's own, or goes with the
    /// petition.
    EventCodeNotFilable {
        /// The code.
        code: EventCode,
    } = 422 "EVENT_CODE_NOT_FILABLE", Some("eventCode"),
        "a party doesn't file {code}; it comes from the court or goes with the petition";
    /// Only the respondent answers a petition (Tax Court Rule 36).
    AnswerNotRespondents = 422 "ANSWER_NOT_RESPONDENTS", Some("eventCode"),
        "an answer (A) is filed by the respondent's counsel; choose the code of what you file";
    /// The code is not one of the court's own documents.
    EventCodeNotCourtIssued {
        /// The code.
        code: EventCode,
    } = 422 "EVENT_CODE_NOT_COURT_ISSUED", Some("eventCode"),
        "{code} is no document of the court; choose the code of an order, decision, opinion or \
         notice";
    /// Orders, decisions and opinions are signed by a judge.
    SignatureMissing {
        /// The code.
        code: EventCode,
    } = 422 "SIGNATURE_MISSING", Some("signedBy"),
        "a document of code {code} needs a judge's signature; give signedBy";
    /// The filer names a petitioner for whom they don't file.
    FilerNotRepresented = 422 "FILER_NOT_REPRESENTED", Some("filers"),
        "name yourself among the filers, or petitioners whom you represent, or leave filers out";
    /// `New` and `Calendared` follow from what happens and are not set by hand.
    StatusNotSettable {
        /// The status.
        status: CaseStatus,
    } = 422 "STATUS_NOT_SETTABLE", Some("status"),
        "the status {status} is not set by hand; it follows from the petition or the calendar";
    /// On the general docket the Chief Judge has every case.
    JudgeOnGeneralDocket = 422 "JUDGE_ON_GENERAL_DOCKET", Some("judge"),
        "on the general docket the Chief Judge has every case; give another status, or leave \
         the judge out";
    /// A private practitioner represents at least one contact of the case.
    CounselRepresentsNobody = 422 "COUNSEL_REPRESENTS_NOBODY", Some("representing"),
        "a private practitioner represents at least one contact of the case; name whom, or \
         take counsel out of the case (RemoveCounsel)";
    /// Counsel for the respondent represents no contact of the case.
    RespondentsCounselRepresents = 422 "RESPONDENTS_COUNSEL_REPRESENTS", Some("representing"),
        "counsel for the respondent represents nobody else; leave representing out";
    /// A represented petitioner is not served; counsel is.
    RepresentedNotServed = 422 "REPRESENTED_NOT_SERVED", Some("serviceIndicator"),
        "the petitioner is represented, and counsel is served instead; leave serviceIndicator out";
    /// Electronic service needs an e-mail address, or a user of the court's systems.
    ElectronicServiceUnreachable = 422 "ELECTRONIC_SERVICE_UNREACHABLE", Some("serviceIndicator"),
        "electronic service needs an e-mail address or a user of the court's systems; give one, \
         or serve on paper";
    /// The party type is that of spouses, and only one is named.
    SpouseMissing = 422 "SPOUSE_MISSING", Some("petitioners"),
        "the party type is that of spouses; name both, as petitioners or by secondaryName";
}
