#include "audit_views/patient_index.h"

#include <algorithm>

#include "audit/envelope.h"
#include "audit/named_versions.h"
#include "crypto/hmac.h"
#include "foundation/file.h"

namespace salus::audit_views {
namespace {

constexpr std::string_view kMagic = "SALUSPIX";
constexpr std::uint32_t kFormat = 2;
constexpr std::size_t kEntryBytes = sizeof(CompartmentId) + 4;
constexpr std::size_t kHashBytes = sizeof(crypto::Sha256Digest);
constexpr std::size_t kHeadBytes = 24 + kHashBytes;
constexpr std::size_t kFileBytesMost = kHeadBytes + kLeavesOfIndexFile * kEntryBytes + kHashBytes;

std::filesystem::path index_file(std::filesystem::path const& directory, std::uint64_t number) {
    auto digits = std::to_string(number);
    return directory /
           (std::string(10 - std::min<std::size_t>(10, digits.size()), '0') + digits + ".patients");
}

Result<audit::Envelope> envelope_of(std::string_view leaf) {
    auto const envelope = audit::parse_leaf(leaf);
    if (!envelope) return fail(Errc::corrupt, "this is no leaf of an audit log");
    return *envelope;
}

// Of an intent so far back that it was not met on the way.
Result<std::optional<CompartmentId>> patient_of_intent(std::uint64_t intent, LeafReader& reader) {
    SALUS_TRY(auto const leaf, reader.at(intent));
    SALUS_TRY(auto const envelope, envelope_of(leaf));
    return audit::patient_in(envelope.what);
}

}  // namespace

crypto::Sha256Digest PatientIndex::code_of(BytesView body) const {
    return crypto::hmac_sha256(key_.reveal(), {body});
}

Result<void> PatientIndex::index(audit::LeafRange range, LeafReader& reader,
                                 std::map<std::uint64_t, CompartmentId>& intents,
                                 std::vector<Entry>& entries) {
    struct Outcome {
        std::uint64_t index;
        std::uint64_t intent;
    };
    auto const base = range.begin / kLeavesOfIndexFile * kLeavesOfIndexFile;
    std::vector<Outcome> older;
    auto const add = [&](std::uint64_t at, CompartmentId const& patient) {
        entries.push_back({patient, static_cast<std::uint32_t>(at - base)});
    };
    auto const receive = [&](std::uint64_t at, std::string_view leaf) -> Result<void> {
        SALUS_TRY(auto const envelope, envelope_of(leaf));
        auto const patient = audit::patient_in(envelope.what);
        if (envelope.phase == audit::Phase::intent) {
            if (patient) intents.emplace(at, *patient);
        } else if (patient) {
            add(at, *patient);
        } else if (envelope.phase == audit::Phase::outcome) {
            auto const intent = intents.find(envelope.intent);
            if (intent != intents.end()) {
                add(at, intent->second);
                intents.erase(intent);
            } else if (envelope.intent < range.begin) {
                older.push_back({at, envelope.intent});
            }
        }
        return {};
    };
    SALUS_TRY_VOID(reader.each(range, receive));
    for (auto const& outcome : older) {
        SALUS_TRY(auto const patient, patient_of_intent(outcome.intent, reader));
        if (patient) add(outcome.index, *patient);
    }
    return {};
}

Result<std::vector<PatientIndex::Entry>> PatientIndex::load(std::uint64_t number,
                                                            LeafReader& reader) const {
    auto const wrong = [] { return fail(Errc::corrupt, "a patient index is not right"); };
    SALUS_TRY(auto const bytes, read_file(index_file(directory_, number), kFileBytesMost));
    BytesView const all(bytes);
    if (all.size() < kHeadBytes + kHashBytes ||
        (all.size() - kHeadBytes - kHashBytes) % kEntryBytes != 0) {
        return wrong();
    }
    auto const body = all.first(all.size() - kHashBytes);
    bool const is_ours = equal_constant_time(code_of(body), all.last(kHashBytes)) &&
                         text_of(all.first(kMagic.size())) == kMagic &&
                         read_u32(all.subspan(8)) == kFormat &&
                         read_u32(all.subspan(12)) == (body.size() - kHeadBytes) / kEntryBytes &&
                         read_u64(all.subspan(16)) == number;
    if (!is_ours) return wrong();
    SALUS_TRY(auto const last, reader.at((number + 1) * kLeavesOfIndexFile - 1));
    if (!std::ranges::equal(audit::leaf_hash(bytes_of(last)), all.subspan(24, kHashBytes))) {
        return wrong();
    }
    std::vector<Entry> entries;
    entries.reserve((body.size() - kHeadBytes) / kEntryBytes);
    for (auto at = kHeadBytes; at < body.size(); at += kEntryBytes) {
        auto const entry = body.subspan(at, kEntryBytes);
        entries.push_back({CompartmentId::from(entry), read_u32(entry.last(4))});
    }
    return entries;
}

Result<std::vector<PatientIndex::Entry>> PatientIndex::make(std::uint64_t number,
                                                            LeafReader& reader) {
    auto const end = (number + 1) * kLeavesOfIndexFile;
    auto const begin = std::max(number * kLeavesOfIndexFile, reader.first());
    std::map<std::uint64_t, CompartmentId> intents;
    std::vector<Entry> entries;
    SALUS_TRY_VOID(index({begin, end}, reader, intents, entries));
    std::ranges::sort(entries);
    Bytes bytes;
    bytes.reserve(kHeadBytes + entries.size() * kEntryBytes + kHashBytes);
    append(bytes, bytes_of(kMagic));
    append_u32(bytes, kFormat);
    append_u32(bytes, static_cast<std::uint32_t>(entries.size()));
    append_u64(bytes, number);
    SALUS_TRY(auto const last, reader.at(end - 1));
    append(bytes, audit::leaf_hash(bytes_of(last)));
    for (auto const& entry : entries) {
        append(bytes, entry.patient.bytes());
        append_u32(bytes, entry.offset);
    }
    append(bytes, code_of(bytes));
    SALUS_TRY_VOID(make_private_directory(directory_));
    SALUS_TRY_VOID(
        write_file_durably(index_file(directory_, number), bytes, FileAccess::private_to_owner));
    return entries;
}

Result<std::vector<PatientIndex::Entry>> PatientIndex::load_or_make(std::uint64_t number,
                                                                    LeafReader& reader) {
    auto loaded = load(number, reader);
    return loaded ? std::move(loaded) : make(number, reader);
}

Result<void> PatientIndex::extend_tail(LeafReader& reader) {
    auto const begin = reader.size() / kLeavesOfIndexFile * kLeavesOfIndexFile;
    if (tail_begin_ != begin || tail_end_ < begin) {
        tail_begin_ = tail_end_ = begin;
        tail_.clear();
        tail_intents_.clear();
    }
    tail_end_ = std::max(tail_end_, reader.first());
    if (tail_end_ >= reader.size()) return {};
    SALUS_TRY_VOID(index({tail_end_, reader.size()}, reader, tail_intents_, tail_));
    tail_end_ = reader.size();
    return {};
}

Result<std::vector<std::uint64_t>> PatientIndex::events_of(CompartmentId const& patient,
                                                           LeafReader& reader) {
    std::vector<std::uint64_t> events;
    MutexLock const lock(mutex_);
    auto const files = reader.size() / kLeavesOfIndexFile;
    for (auto number = reader.first() / kLeavesOfIndexFile; number < files; ++number) {
        SALUS_TRY(auto const entries, load_or_make(number, reader));
        for (auto const& entry : std::ranges::equal_range(entries, patient, {}, &Entry::patient)) {
            events.push_back(number * kLeavesOfIndexFile + entry.offset);
        }
    }
    looked_at_ = std::max(looked_at_, files);
    SALUS_TRY_VOID(extend_tail(reader));
    for (auto const& entry : tail_) {
        if (entry.patient == patient) events.push_back(tail_begin_ + entry.offset);
    }
    // The first file may be from before the pruning.
    std::erase_if(events, [&](std::uint64_t event) { return event < reader.first(); });
    std::ranges::sort(events);
    return events;
}

Result<void> PatientIndex::catch_up(LeafReader& reader) {
    MutexLock const lock(mutex_);
    auto const files = reader.size() / kLeavesOfIndexFile;
    looked_at_ = std::max(looked_at_, reader.first() / kLeavesOfIndexFile);
    if (looked_at_ >= files) return {};
    SALUS_TRY(auto const entries, load_or_make(looked_at_, reader));
    static_cast<void>(entries);
    ++looked_at_;
    return {};
}

Result<void> remove_pruned_index(std::filesystem::path const& directory,
                                 audit::RecordedPruning const& pruning) {
    std::error_code error;
    for (auto number = pruning.prefix().first / kLeavesOfIndexFile; number > 0; --number) {
        std::filesystem::remove(index_file(directory, number - 1), error);
        if (error) return fail(Errc::unavailable, "a pruned patient index cannot be removed");
    }
    return {};
}

}  // namespace salus::audit_views
