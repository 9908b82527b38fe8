#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "app/import_claims.h"
#include "app/import_document.h"
#include "app/import_journal.h"

namespace salus::app {
namespace {

using Names = ImportClaims::Names;

TEST(ImportDocumentTest, ABundleGoesToTheBaseAndNamesWhatItChanges) {
    auto const document = read_import_document(
        R"({"resourceType":"Bundle","type":"transaction","entry":[)"
        R"({"request":{"method":"POST","url":"Patient"}},)"
        R"({"request":{"method":"PUT","url":"Patient/1"}},)"
        R"({"request":{"method":"DELETE","url":"Patient/2"}},{"request":7},{},3,)"
        R"({"request":{"method":"PATCH","url":"Patient?identifier=a|b"}}]})");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->method, http::Method::post);
    EXPECT_EQ(document->target, "/fhir");
    EXPECT_EQ(document->changes, (Names{"Patient/1", "Patient/2", "Patient?identifier=a|b"}));
}

TEST(ImportDocumentTest, AResourceIsPutByItsIdOrPosted) {
    auto const put = read_import_document(R"({"resourceType":"Patient","id":"1"})");
    ASSERT_TRUE(put);
    EXPECT_EQ(put->method, http::Method::put);
    EXPECT_EQ(put->target, "/fhir/Patient/1");
    EXPECT_EQ(put->changes, Names{"Patient/1"});
    auto const post = read_import_document(R"({"resourceType":"Patient"})");
    ASSERT_TRUE(post);
    EXPECT_EQ(post->method, http::Method::post);
    EXPECT_EQ(post->target, "/fhir/Patient");
    EXPECT_EQ(post->changes, Names{});
}

TEST(ImportDocumentTest, OtherTextIsNothing) {
    for (auto const* text : {"", "7", "[]", "{}", R"({"resourceType":"Nothing"})",
                             R"({"resourceType":"Patient","id":"../admin"})",
                             R"({"resourceType":"Patient","id":"a","id":"b"})"}) {
        EXPECT_FALSE(read_import_document(text)) << text;
    }
}

class ImportJournalTest : public ::testing::Test {
protected:
    ImportJournalTest() { std::filesystem::remove(path_); }
    ~ImportJournalTest() override { std::filesystem::remove(path_); }

    std::filesystem::path const path_ =
        std::filesystem::temp_directory_path() / ("imported-" + std::to_string(::getpid()));
};

TEST_F(ImportJournalTest, RemembersInTheNextProcess) {
    {
        auto const journal = ImportJournal::open(path_);
        ASSERT_TRUE(journal);
        EXPECT_FALSE((*journal)->has("aa"));
        ASSERT_TRUE((*journal)->add("aa"));
        EXPECT_TRUE((*journal)->has("aa"));
    }
    auto const journal = ImportJournal::open(path_);
    ASSERT_TRUE(journal);
    EXPECT_TRUE((*journal)->has("aa"));
    EXPECT_FALSE((*journal)->has(""));
}

TEST_F(ImportJournalTest, ALineCutShortSpoilsNoOther) {
    std::ofstream(path_) << "aa\nb";
    {
        auto const journal = ImportJournal::open(path_);
        ASSERT_TRUE(journal);
        ASSERT_TRUE((*journal)->add("cc"));
    }
    auto const journal = ImportJournal::open(path_);
    ASSERT_TRUE(journal);
    EXPECT_TRUE((*journal)->has("aa"));
    EXPECT_TRUE((*journal)->has("cc"));
    EXPECT_FALSE((*journal)->has("bb"));
}

TEST_F(ImportJournalTest, ADirectoryIsNoJournal) {
    EXPECT_FALSE(ImportJournal::open(path_.parent_path()));
}

TEST(ImportClaimsTest, TwoThatShareANameAreNeverHeldAtOnce) {
    ImportClaims claims;
    std::atomic<int> holders = 0;
    std::atomic<int> most = 0;
    auto const work = [&](Names const& names) {
        for (int i = 0; i < 200; ++i) {
            claims.take(names);
            most = std::max(most.load(), ++holders);
            std::this_thread::yield();
            --holders;
            claims.give_back(names);
        }
    };
    std::thread first(work, Names{"a", "b", "b"});
    std::thread second(work, Names{"b", "c"});
    std::thread third(work, Names{"c", "b"});
    first.join();
    second.join();
    third.join();
    EXPECT_EQ(most, 1);
}

TEST(ImportClaimsTest, OthersGoOn) {
    ImportClaims claims;
    claims.take({"a"});
    claims.take({"b", "c"});
    claims.give_back({"a"});
    claims.take({"a"});
    claims.give_back({"a"});
    claims.give_back({"b", "c"});
}

}  // namespace
}  // namespace salus::app
