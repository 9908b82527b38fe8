#include <gtest/gtest.h>

#include "app/policy_questions.h"

namespace salus::app {
namespace {

TEST(ExplanationPage, OfAnAllowedRequest) {
    EXPECT_EQ(explanation_page(
                  R"({"allowed":true,"purpose":"TREAT","roles":["nurse"],"interaction":"read",)"
                  R"("type":"Patient","rules":[{"id":"r1","description":"D.","reference":"R"}],)"
                  R"("scopes":["user/*.rs"],"withheld":[{"element":"telecom","rules":["l1"]},)"
                  R"({"element":"photo","rules":[]}],"remedies":[],"policy":"00ff"})"),
              "ALLOWED: read of Patient, purpose TREAT, roles nurse\n\n"
              "The rules that decided:\n  r1\n      D.\n      R\n\n"
              "Scopes of the token that permit it: user/*.rs\n\n"
              "Elements that stay withheld:\n  telecom: by l1\n  photo: no rule opens it\n\n"
              "Policy 00ff");
}

TEST(ExplanationPage, OfARefusal) {
    EXPECT_EQ(
        explanation_page(
            R"({"allowed":false,"why":"No.","interaction":"admin.user-list","rules":[],)"
            R"("scopes":[],"withheld":[],"remedies":[{"kind":"role","value":"nurse"},)"
            R"({"kind":"recent-sign-in","value":"0"},{"kind":"care","value":"true"},)"
            R"({"kind":"emergency","value":"true"},)"
            R"({"kind":"network","value":"internal"},)"
            R"({"kind":"device","value":"managed"},{"kind":"time","value":"noon"}],"policy":"00ff"})"),
        "REFUSED: admin.user-list, purpose none, no role\n  No.\n\n"
        "Each of these alone would have it allowed; none is a recommendation:\n"
        "  the role nurse\n  a new sign-in\n  taking part in the care of the patient\n"
        "  declaring an emergency for the patient\n  a network that is internal\n"
        "  a device that is managed\n  another time: noon\n\nPolicy 00ff");
}

TEST(ExplanationPage, OfNoAnswer) {
    for (auto const* text : {"", "{", "[]", "{}", R"({"allowed":1})"})
        EXPECT_EQ(explanation_page(text), "") << text;
}

}  // namespace
}  // namespace salus::app
