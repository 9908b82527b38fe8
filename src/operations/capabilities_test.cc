// What the CapabilityStatement claims is what the routes do.
#include "operations/capabilities.h"

#include <gtest/gtest.h>
#include <map>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using http::Method;
using request::Interaction;
using testing::must;
using testing::TestRequest;

class CapabilitiesTest : public ::testing::Test {
protected:
    [[nodiscard]] json::Document statement() {
        auto const answer = room_.get("/fhir/metadata");
        EXPECT_EQ(answer.status(), 200);
        return must(parser_.parse(answer.body()));
    }
    [[nodiscard]] std::optional<Interaction> classified(TestRequest const& wanted) {
        auto const intent = room_.classify(wanted);
        return intent ? std::optional(intent->facts().interaction) : std::nullopt;
    }
    // What a client does that believes in this code.
    static std::optional<std::pair<TestRequest, Interaction>> request_for(std::string const& code,
                                                                          std::string const& type) {
        testing::HeaderList const json{{"Content-Type", testing::kFhirJsonType}};
        auto const base = "/fhir/" + type;
        auto const read = [&](std::string const& path, Interaction interaction) {
            return std::pair(TestRequest{.target = base + path}, interaction);
        };
        if (code == "read") return read("/x", Interaction::read);
        if (code == "vread") return read("/x/_history/1", Interaction::vread);
        if (code == "history-instance") {
            return read("/x/_history", Interaction::history_instance);
        }
        if (code == "history-type") return read("/_history", Interaction::history_type);
        if (code == "search-type") return read("?_id=x", Interaction::search_type);
        if (code == "delete") {
            return std::pair(TestRequest{.method = Method::remove, .target = base + "/x"},
                             Interaction::remove);
        }
        return std::nullopt;
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    json::Parser parser_;
};

TEST_F(CapabilitiesTest, EveryClaimIsARoute) {
    auto const document = statement();
    auto const rest = *document.root().member("rest")->elements().begin();
    std::size_t tried = 0;
    std::map<std::string, std::size_t> types;
    for (auto const resource : rest.member("resource")->elements()) {
        auto const type = *resource.text_member("type");
        auto const claims = resource.member("interaction");
        if (!claims) continue;  // operations alone
        ++types[type];
        for (auto const claim : claims->elements()) {
            auto const wanted = request_for(*claim.text_member("code"), type);
            if (!wanted) continue;
            EXPECT_EQ(classified(wanted->first), wanted->second) << wanted->first.target;
            ++tried;
        }
    }
    EXPECT_GT(types.size(), 100U);
    EXPECT_GE(tried, types.size() * 5);
    for (auto const* hidden : {"Client", "ReplayGuard"}) EXPECT_FALSE(types.contains(hidden));
}

TEST_F(CapabilitiesTest, ItsAddressesAreTheTenants) {
    auto const answer = room_.get("/fhir/metadata");
    EXPECT_TRUE(answer.body().contains("https://localhost:8443/fhir"));
    EXPECT_TRUE(answer.body().contains("https://localhost:8443/oauth/token"));
    testing::OperationsRoom north(instance_, "north", "/t/north");
    auto const theirs = north.get("/t/north/fhir/metadata");
    EXPECT_TRUE(theirs.body().contains("https://localhost:8443/t/north/fhir"));
    for (auto const* endpoint : {"authorize", "token", "introspect", "revoke"}) {
        auto const address = std::string(R"({"url":")") + endpoint +
                             R"(","valueUri":"https://localhost:8443/t/north/oauth/)" + endpoint;
        EXPECT_TRUE(theirs.body().contains(address)) << endpoint;
    }
}

TEST_F(CapabilitiesTest, EachModeOfItIsAnswered) {
    for (auto const* mode : {"full", "normative", "terminology"})
        EXPECT_EQ(room_.get(std::string("/fhir/metadata?mode=") + mode).status(), 200) << mode;
    EXPECT_FALSE(classified({.target = "/fhir/metadata?mode=everything"}));
    EXPECT_FALSE(classified({.target = "/fhir/Patient/x?mode=full"}));
    EXPECT_FALSE(classified({.target = "/fhir/OperationDefinition/Patient-accounting?mode=full"}));
}

TEST_F(CapabilitiesTest, SearchParametersThatAreClaimedAreUnderstood) {
    auto const document = statement();
    auto const rest = *document.root().member("rest")->elements().begin();
    for (auto const resource : rest.member("resource")->elements()) {
        auto const type = *resource.text_member("type");
        if (type != "Patient" && type != "Observation" && type != "Organization") continue;
        std::size_t tried = 0;
        for (auto const parameter : resource.member("searchParam")->elements()) {
            auto const name = *parameter.text_member("name");
            if (name.starts_with('_')) continue;
            auto const target = "/fhir/" + type + "?" + name + ":missing=true";
            EXPECT_EQ(classified({.target = target}), Interaction::search_type) << target;
            ++tried;
        }
        EXPECT_GT(tried, 3U) << type;
    }
}

}  // namespace
}  // namespace salus::operations
