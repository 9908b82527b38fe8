// What was sealed for one place opens in that place alone (ENC-2), whole or not at all.
#include "records/sealing.h"

#include <functional>
#include <gtest/gtest.h>

#include "records/tenant_for_test.h"

namespace salus::records {
namespace {

using testing::EphiTestAccess;
using testing::must;

constexpr std::string_view kText = R"({"resourceType":"Observation","id":"o1"})";

// Gives every compartment and purpose one and the same key: what refuses then is the context alone.
class OneKeyForAll final : public keys::Keyring {
public:
    Result<keys::DataKey> key_for_writing(CompartmentId const& /*compartment*/) override {
        return keys::DataKey{1, key()};
    }
    Result<SecretBytes> key_for_reading(CompartmentId const& /*compartment*/,
                                        std::uint32_t /*version*/) override {
        return key();
    }
    Result<void> prepare(std::span<CompartmentId const> /*compartments*/) override { return {}; }
    Result<keys::DataKey> purpose_key_for_writing(keys::Purpose /*purpose*/) override {
        return keys::DataKey{1, key()};
    }
    Result<SecretBytes> purpose_key_for_reading(keys::Purpose /*purpose*/,
                                                std::uint32_t /*version*/) override {
        return key();
    }
    Result<std::vector<keys::PurposeKey>> purpose_keys(keys::Purpose /*purpose*/) override {
        std::vector<keys::PurposeKey> keys;
        keys.push_back({1, keys::KeyState::active, key()});
        return keys;
    }
    [[nodiscard]] std::uint64_t purpose_changes() const noexcept override { return 0; }
    keys::KeyRotation& rotation() noexcept override { SALUS_CHECK(false); }
    Result<void> refresh() override { return {}; }
    void forget_expired() override {}
    [[nodiscard]] keys::KeyringStatistics statistics() const override { return {}; }

private:
    static SecretBytes key() { return SecretBytes(Bytes(32, 7)); }
};

class SealingTest : public ::testing::Test {
protected:
    SealingTest() {
        // All compartments have keys, so that what refuses is the seal and not a missing key.
        for (auto const& compartment : {patient_, other_, shared_}) {
            EXPECT_TRUE(records_.tenant().keyring.key_for_writing(compartment).has_value());
        }
    }

    [[nodiscard]] DocumentName name() const {
        return {DocumentClass::resource, patient_, "Observation", "o1", 3};
    }
    [[nodiscard]] crypto::Sealed sealed_document() {
        return must(sealing_.seal(name(), instance_.clock.now(), EphiText(std::string(kText))));
    }
    [[nodiscard]] crypto::Sealed sealed_entry() {
        auto const bytes = bytes_of("an index entry");
        return must(sealing_.seal_index_entry(patient_, address_, 3,
                                              Ephi<Bytes>(Bytes(bytes.begin(), bytes.end()))));
    }
    static store::IndexEntry entry(Address const& address, std::uint64_t version,
                                   crypto::Sealed const& sealed) {
        return {address, version, sealed.clone()};
    }
    // A sealing of a tenant that has our keys and another name or realm: what is tested then is the
    // context alone.
    [[nodiscard]] Sealing with_our_keys(request::Tenant const& tenant) {
        return {tenant, instance_.random};
    }

    testing::TestInstance instance_;
    testing::TestRecords records_{instance_};
    testing::TestRecords north_{instance_, "north", "/t/north"};
    Sealing& sealing_ = records_.records().sealing();
    CompartmentId const patient_ = records_.addressing().patient_compartment("p1");
    CompartmentId const other_ = records_.addressing().patient_compartment("p2");
    CompartmentId const shared_ = records_.addressing().shared_compartment();
    Address const address_ = records_.addressing().address("Observation", "o1");
};

TEST_F(SealingTest, ADocumentOpensWhereItStands) {
    auto const when = instance_.clock.now();
    auto const sealed = sealed_document();
    instance_.clock.advance(std::chrono::hours(1));
    auto const opened = must(sealing_.open(name(), sealed));
    EXPECT_EQ(EphiTestAccess::open(opened.text), kText);
    EXPECT_EQ(opened.last_updated, when);
    EXPECT_FALSE(text_of(sealed.bytes()).contains("Observation"));
    EXPECT_FALSE(text_of(sealed.bytes()).contains("o1\""));
}

TEST_F(SealingTest, ATombstoneIsEmptyAndHasItsTime) {
    auto const sealed = must(sealing_.seal(name(), instance_.clock.now(), EphiText()));
    auto const opened = must(sealing_.open(name(), sealed));
    EXPECT_TRUE(opened.text.empty());
    EXPECT_EQ(opened.last_updated, instance_.clock.now());
}

TEST_F(SealingTest, ADocumentOpensNowhereElse) {
    using Move = std::function<void(DocumentName&)>;
    std::vector<Move> const moves{
        [](DocumentName& n) { n.document_class = DocumentClass::client; },
        [](DocumentName& n) { n.document_class = DocumentClass::replay_guard; },
        [this](DocumentName& n) { n.compartment = other_; },
        [this](DocumentName& n) { n.compartment = shared_; },
        [](DocumentName& n) { n.type = "Condition"; },
        [](DocumentName& n) { n.type = "observation"; },
        [](DocumentName& n) { n.id = "o2"; },
        [](DocumentName& n) { n.id = "O1"; },
        [](DocumentName& n) { n.id = ""; },
        [](DocumentName& n) { n.version = 2; },
        [](DocumentName& n) { n.version = 4; },
        [](DocumentName& n) { n.version = 3 + (1ULL << 32U); },
        // The same letters, split elsewhere.
        [](DocumentName& n) {
            n.type = "Observationo";
            n.id = "1";
        },
    };
    auto const sealed = sealed_document();
    for (std::size_t i = 0; i < moves.size(); ++i) {
        auto moved = name();
        moves[i](moved);
        auto const opened = sealing_.open(moved, sealed);
        ASSERT_FALSE(opened.has_value()) << i;
        EXPECT_EQ(opened.error().code, Errc::corrupt) << i;
    }
    EXPECT_TRUE(sealing_.open(name(), sealed).has_value());
}

TEST_F(SealingTest, NothingOpensForAnotherTenantOrInstance) {
    auto const document = sealed_document();
    auto const index_entry = sealed_entry();
    auto renamed = records_.tenant();
    renamed.name = TenantName("north");
    auto elsewhere = records_.tenant();
    elsewhere.realm = "another-realm";
    for (auto const* tenant : {&renamed, &elsewhere}) {
        auto sealing = with_our_keys(*tenant);
        EXPECT_EQ(sealing.open(name(), document).error().code, Errc::corrupt);
        EXPECT_EQ(sealing.open_index_entry(patient_, entry(address_, 3, index_entry)).error().code,
                  Errc::corrupt);
    }
    // A real other tenant has no such key, or, for the same compartment, another.
    auto& theirs = north_.records().sealing();
    EXPECT_FALSE(theirs.open(name(), document).has_value());
    ASSERT_TRUE(north_.tenant().keyring.key_for_writing(patient_).has_value());
    EXPECT_EQ(theirs.open(name(), document).error().code, Errc::corrupt);
    EXPECT_EQ(theirs.open_index_entry(patient_, entry(address_, 3, index_entry)).error().code,
              Errc::corrupt);
}

TEST_F(SealingTest, EveryFlippedBitCloses) {
    auto const sealed = sealed_document();
    auto const index_entry = sealed_entry();
    for (auto const* whole : {&sealed, &index_entry}) {
        for (std::size_t at = 0; at < whole->bytes().size(); ++at) {
            Bytes bytes(whole->bytes().begin(), whole->bytes().end());
            bytes[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
            auto const damaged = crypto::Sealed::from_storage(std::move(bytes));
            if (!damaged) continue;  // its header says so
            EXPECT_FALSE(sealing_.open(name(), *damaged).has_value()) << at;
            EXPECT_FALSE(
                sealing_.open_index_entry(patient_, entry(address_, 3, *damaged)).has_value())
                << at;
        }
    }
}

TEST_F(SealingTest, NeitherLessNorMoreOfItOpens) {
    auto const sealed = sealed_document();
    for (std::size_t size = 0; size < sealed.bytes().size(); ++size) {
        auto const part = sealed.bytes().first(size);
        auto const cut = crypto::Sealed::from_storage(Bytes(part.begin(), part.end()));
        if (cut) {
            EXPECT_FALSE(sealing_.open(name(), *cut).has_value()) << size;
        }
    }
    Bytes longer(sealed.bytes().begin(), sealed.bytes().end());
    longer.push_back(0);
    auto const padded = crypto::Sealed::from_storage(std::move(longer));
    if (padded) {
        EXPECT_FALSE(sealing_.open(name(), *padded).has_value());
    }
}

TEST_F(SealingTest, AnIndexEntryOpensNowhereElse) {
    auto const sealed = sealed_entry();
    EXPECT_EQ(must(sealing_.open_index_entry(patient_, entry(address_, 3, sealed))),
              "an index entry");
    auto const elsewhere = records_.addressing().address("Observation", "o2");
    auto const refused = [&](CompartmentId const& compartment, store::IndexEntry const& moved) {
        auto const opened = sealing_.open_index_entry(compartment, moved);
        return !opened && opened.error().code == Errc::corrupt;
    };
    EXPECT_TRUE(refused(other_, entry(address_, 3, sealed)));
    EXPECT_TRUE(refused(shared_, entry(address_, 3, sealed)));
    EXPECT_TRUE(refused(patient_, entry(elsewhere, 3, sealed)));
    EXPECT_TRUE(refused(patient_, entry(address_, 2, sealed)));
    EXPECT_TRUE(refused(patient_, entry(address_, 4, sealed)));
}

TEST_F(SealingTest, ADocumentIsNoIndexEntryAndNoCursor) {
    auto const document = sealed_document();
    EXPECT_EQ(sealing_.open_index_entry(patient_, entry(address_, 3, document)).error().code,
              Errc::corrupt);
    EXPECT_EQ(sealing_.open(name(), sealed_entry()).error().code, Errc::corrupt);
    auto const as_cursor = to_base64url(document.bytes());
    EXPECT_EQ(sealing_.open_cursor(ClientId("client-1"), EphiText(as_cursor)).error().code,
              Errc::invalid);
}

TEST_F(SealingTest, TheContextAloneTellsPlacesApart) {
    OneKeyForAll one_key;
    auto const& real = records_.tenant();
    request::Tenant const tenant{real.name, real.realm,     real.path, real.public_url,
                                 one_key,   real.audit_log, real.store};
    Sealing sealing(tenant, instance_.random);
    auto const document = must(sealing.seal(name(), {}, EphiText(std::string(kText))));
    auto moved = name();
    moved.compartment = other_;
    EXPECT_TRUE(sealing.open(name(), document).has_value());
    EXPECT_EQ(sealing.open(moved, document).error().code, Errc::corrupt);
    auto const sealed = must(sealing.seal_index_entry(patient_, address_, 3, Ephi<Bytes>({1, 2})));
    EXPECT_TRUE(sealing.open_index_entry(patient_, entry(address_, 3, sealed)).has_value());
    EXPECT_EQ(sealing.open_index_entry(other_, entry(address_, 3, sealed)).error().code,
              Errc::corrupt);
    // Nor is a cursor any of them, or one of them a cursor.
    auto const cursor = must(sealing.seal_cursor(ClientId("o1"), kText));
    auto const as_document = must(crypto::Sealed::from_storage(from_base64url(cursor).value()));
    EXPECT_EQ(sealing.open(name(), as_document).error().code, Errc::corrupt);
    EXPECT_EQ(sealing.open_index_entry(patient_, entry(address_, 3, as_document)).error().code,
              Errc::corrupt);
    for (auto const* other : {&document, &sealed}) {
        auto const text = to_base64url(other->bytes());
        EXPECT_FALSE(sealing.open_cursor(ClientId("o1"), EphiText(text)).has_value());
    }
}

TEST_F(SealingTest, SealingTwiceGivesUnlikeBytes) {
    auto const first = sealed_document();
    auto const second = sealed_document();
    EXPECT_NE(stored_hash(first), stored_hash(second));
    EXPECT_EQ(stored_hash(first), stored_hash(first.clone()));
}

class CursorSealingTest : public SealingTest {
protected:
    void expect_refused(Sealing& sealing, std::string const& client, std::string const& text) {
        auto const opened = sealing.open_cursor(ClientId(client), EphiText(text));
        ASSERT_FALSE(opened.has_value()) << text;
        EXPECT_EQ(opened.error().code, Errc::invalid) << text;
        EXPECT_EQ(opened.error().why, Literal("the cursor is not one of ours")) << text;
    }
    std::string const cursor_ = must(sealing_.seal_cursor(ClientId("client-1"), "query=name=Eva"));
};

TEST_F(CursorSealingTest, OpensForItsClientOnly) {
    EXPECT_EQ(must(sealing_.open_cursor(ClientId("client-1"), EphiText(cursor_))),
              "query=name=Eva");
    for (auto const* client : {"client-2", "client-", "client-11", "CLIENT-1", ""}) {
        expect_refused(sealing_, client, cursor_);
    }
}

TEST_F(CursorSealingTest, OpensForItsTenantOnly) {
    expect_refused(north_.records().sealing(), "client-1", cursor_);
    auto renamed = records_.tenant();
    renamed.name = TenantName("north");
    auto sealing = with_our_keys(renamed);
    expect_refused(sealing, "client-1", cursor_);
}

TEST_F(CursorSealingTest, NothingChangedOrInventedOpens) {
    for (std::size_t at = 0; at < cursor_.size(); ++at) {
        auto flipped = cursor_;
        flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
        expect_refused(sealing_, "client-1", flipped);
    }
    for (std::size_t size = 0; size < cursor_.size(); size += 3) {
        expect_refused(sealing_, "client-1", cursor_.substr(0, size));
    }
    for (auto const& text :
         {cursor_ + "A", cursor_ + "=", cursor_ + " ", cursor_ + cursor_,
          std::string("query=name%3DEva"), std::string("../../etc"), to_base64url(Bytes(200, 0))}) {
        expect_refused(sealing_, "client-1", text);
    }
}

TEST_F(CursorSealingTest, ShowsNothingOfTheSearch) {
    auto const bytes = from_base64url(cursor_);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_FALSE(text_of(*bytes).contains("Eva"));
    EXPECT_FALSE(text_of(*bytes).contains("client-1"));
}

}  // namespace
}  // namespace salus::records
