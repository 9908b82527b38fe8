#include "audit_views/leaf_reader.h"

#include <fstream>
#include <map>
#include <ranges>

#include "audit_views/events_for_test.h"
#include "audit_views/patient_index.h"
#include "crypto/hmac.h"
#include "transparency/pruned_tiles.h"
#include "transparency/tile_builder.h"
#include "transparency/tile_writer.h"

namespace salus::audit_views {
namespace {

class LeafReaderTest : public EventsTest {
protected:
    // Reads, each of one of three patients, and now and then a write.
    void fill(std::uint64_t count) {
        std::vector<audit::Record> records;
        for (std::uint64_t i = 0; i < count; ++i) {
            auto builder = request_leaf(audit::Event::read, audit::Outcome::ok);
            builder.patient(patient_for_test(static_cast<std::uint8_t>(i % 3)));
            records.push_back(*builder.build());
            if (records.size() < batch_ && i + 1 < count) continue;
            auto const done = append(std::move(records));
            ASSERT_TRUE(done) << done.error().why.text();
            records.clear();
        }
    }
    std::size_t batch_ = 20;  // records, as a small segment holds them
    // Tiles of what is in the log now.
    transparency::TreeHead sign() {
        transparency::TileWriter writer(directory_);
        transparency::TileReader none(directory_, 0);
        auto builder = transparency::TileBuilder::resume(none, writer);
        EXPECT_TRUE(builder);
        for (auto const& leaf : leaves()) {
            EXPECT_TRUE(builder->append(leaf, audit::leaf_hash(bytes_of(leaf))));
        }
        EXPECT_TRUE(builder->put_partial());
        EXPECT_TRUE(writer.flush());
        auto const status = log_->status();
        return {status.size, status.root};
    }
    LeafReader reader(transparency::TreeHead head = {}) {
        return {directory_, log_->status().size, head};
    }
    static std::vector<std::string> read(LeafReader reader, audit::LeafRange range, Errc& error) {
        std::vector<std::string> found;
        auto const done =
            reader.each(range, [&](std::uint64_t index, std::string_view leaf) -> Result<void> {
                EXPECT_EQ(index, range.begin + found.size());
                found.emplace_back(leaf);
                return {};
            });
        if (!done) error = done.error().code;
        return found;
    }
};

TEST_F(LeafReaderTest, ReadsTheSameSignedAndNot) {
    fill(300);
    auto const head = sign();
    fill(300);
    auto const all = leaves();
    for (auto const range :
         {audit::LeafRange{0, 600}, {255, 257}, {299, 301}, {300, 600}, {10, 10}, {599, 600}}) {
        std::vector<std::string> const expected(
            all.begin() + static_cast<std::ptrdiff_t>(range.begin),
            all.begin() + static_cast<std::ptrdiff_t>(range.end));
        auto error = Errc::internal;
        EXPECT_EQ(read(reader(head), range, error), expected);
        EXPECT_EQ(read(reader(), range, error), expected);
    }
    EXPECT_EQ(reader(head).at(600).error().code, Errc::not_found);
    EXPECT_TRUE(reader(head).prove(299));
    EXPECT_EQ(reader(head).prove(300).error().code, Errc::not_found);
}

TEST_F(LeafReaderTest, ChangedTileIsRefused) {
    fill(300);
    auto head = sign();
    auto const bundle = directory_ / "tile/entries/000";
    auto bytes = audit::contents_of(bundle);
    bytes[bytes.size() / 2] ^= 1U;
    audit::overwrite(bundle, bytes);
    auto error = Errc::internal;
    static_cast<void>(read(reader(head), {0, 300}, error));
    EXPECT_EQ(error, Errc::corrupt);
    // Without a change, against another head.
    bytes[bytes.size() / 2] ^= 1U;
    audit::overwrite(bundle, bytes);
    head.root[0] ^= 1U;
    error = Errc::internal;
    static_cast<void>(read(reader(head), {0, 300}, error));
    EXPECT_EQ(error, Errc::corrupt);
}

SecretBytes key_for_test() {
    return SecretBytes(bytes_of("a key of this tenant and of no other"));
}

// What somebody who can write files, and this server by mistake, could put in the place of an
// index.
std::map<std::string, Bytes> forgeries_of(Bytes const& right, SecretBytes const& key) {
    constexpr std::ptrdiff_t kCount = 12;
    constexpr std::size_t kNumberEnd = 23;
    constexpr std::ptrdiff_t kHead = 56;
    constexpr std::ptrdiff_t kEntry = 20;
    constexpr std::ptrdiff_t kCode = 32;
    auto const with_code = [](Bytes body, SecretBytes const& by) {
        salus::append(body, crypto::hmac_sha256(by.reveal(), {body}));
        return body;
    };
    std::map<std::string, Bytes> forged;
    forged["cut short"] = Bytes(right.begin(), right.end() - kEntry);
    Bytes const body(right.begin(), right.end() - kCode);
    // The first event of the first patient left out, the count set right.
    auto without = body;
    without.erase(without.begin() + kHead, without.begin() + kHead + kEntry);
    Bytes count;
    append_u32(count, read_u32(BytesView(body).subspan(kCount)) - 1);
    std::ranges::copy(count, without.begin() + kCount);
    auto& hashed = forged["with a right hash"] = without;
    salus::append(hashed, crypto::sha256(without));
    forged["by another key"] = with_code(without, SecretBytes(bytes_of("of another tenant")));
    auto elsewhere = body;
    elsewhere[kNumberEnd] ^= 1U;
    forged["of another place"] = with_code(elsewhere, key);
    auto older = without;
    older[kHead - 1] ^= 1U;
    forged["of another log"] = with_code(older, key);
    return forged;
}

TEST_F(LeafReaderTest, PatientIndexFindsWhatAScanFinds) {
    log_.reset();
    std::filesystem::remove_all(directory_);
    segment_bytes_ = limits::kAuditSegmentBytes;
    batch_ = 1'000;
    ASSERT_TRUE(open());
    fill(kLeavesOfIndexFile - 2);
    // A write whose two leaves lie on both sides of a file's end.
    auto intent = request_leaf(audit::Event::create, audit::Outcome::ok);
    intent.patient(patient_for_test(9)).intent();
    auto const first = add(intent);
    fill(3);
    auto outcome = request_leaf(audit::Event::create, audit::Outcome::ok);
    outcome.outcome_of(first);
    auto const last = add(outcome);

    auto const key = key_for_test();
    PatientIndex index(directory_ / "patients", key.clone());
    auto at = reader();
    auto const found = index.events_of(patient_for_test(9), at);
    ASSERT_TRUE(found) << found.error().why.text();
    EXPECT_EQ(*found, std::vector<std::uint64_t>{last});
    auto const of_first = index.events_of(patient_for_test(0), at);
    ASSERT_TRUE(of_first);
    EXPECT_EQ(of_first->size(), (kLeavesOfIndexFile - 2 + 2) / 3 + 1);
    EXPECT_TRUE(index.events_of(patient_for_test(77), at)->empty());

    // Whatever somebody writes in its place, it is made anew, and no event is left out.
    auto const file = directory_ / "patients/0000000000.patients";
    auto const right = audit::contents_of(file);
    ASSERT_GT(right.size(), 1'000'000U);
    for (auto const& [what, forged] : forgeries_of(right, key)) {
        audit::overwrite(file, forged);
        PatientIndex started(directory_ / "patients", key.clone());
        auto now = reader();
        EXPECT_EQ(started.events_of(patient_for_test(0), now), *of_first) << what;
        EXPECT_EQ(audit::contents_of(file), right) << what;
    }
    auto damaged = right;
    damaged[500] ^= 1U;
    audit::overwrite(file, damaged);
    PatientIndex started(directory_ / "patients", key.clone());
    EXPECT_TRUE(started.catch_up(at));
    EXPECT_EQ(audit::contents_of(file), right);
    fill(1);
    auto later = reader();
    auto const again = index.events_of(patient_for_test(0), later);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->size(), of_first->size() + 1);
    // The log itself is whole as ever.
    EXPECT_EQ(finding(), "");
}

TEST_F(LeafReaderTest, OfAPrunedLogReadsAndIndexesWhatIsLeft) {
    while (log_->status().segments < 4) fill(20);
    clock_.advance(6 * std::chrono::days(366));
    fill(5);
    auto const head = sign();
    auto const before = leaves();
    auto const patient = patient_for_test(1);
    PatientIndex used(directory_ / "patients", key_for_test());
    auto old_reader = reader(head);
    auto events = *used.events_of(patient, old_reader);

    auto const recorded = prune();
    ASSERT_TRUE(recorded);
    ASSERT_TRUE(transparency::remove_pruned_entries(directory_, *recorded));
    ASSERT_TRUE(remove_pruned_index(directory_ / "patients", *recorded));

    auto const first = recorded->prefix().first;
    auto error = Errc::internal;
    for (auto const& signed_head : {head, transparency::TreeHead{}}) {
        auto const found = read(reader(signed_head), {first, before.size()}, error);
        EXPECT_TRUE(std::ranges::equal(found, before | std::views::drop(first)));
        EXPECT_EQ(reader(signed_head).at(first - 1).error().code, Errc::gone);
        EXPECT_EQ(reader(signed_head).at(0).error().code, Errc::gone);
        EXPECT_TRUE(reader(signed_head).at(first));
    }
    EXPECT_TRUE(reader(head).prove(first));
    std::erase_if(events, [&](std::uint64_t event) { return event < first; });
    ASSERT_FALSE(events.empty());
    PatientIndex fresh(directory_ / "patients", key_for_test());
    for (auto* index_of_patients : {&used, &fresh}) {
        auto now = reader(head);
        EXPECT_EQ(index_of_patients->events_of(patient, now), events);
        EXPECT_TRUE(index_of_patients->catch_up(now));
    }
}

}  // namespace
}  // namespace salus::audit_views
