// For tests of what scopes let through: requests with tokens of certain scopes, and what a search
// or a history tells on all its pages. Included by tests only.
#pragma once

#include <gtest/gtest.h>
#include <set>

#include "pipeline/pipeline_for_test.h"

namespace salus::testing {

// What stands behind each `key` of a JSON text.
inline std::vector<std::string> texts_behind(std::string const& json, std::string const& key) {
    std::vector<std::string> texts;
    auto const mark = "\"" + key + "\":\"";
    for (auto at = json.find(mark); at != std::string::npos; at = json.find(mark, at + 1)) {
        auto const begin = at + mark.size();
        texts.push_back(json.substr(begin, json.find('"', begin) - begin));
    }
    return texts;
}

// Behind [base] and its slash.
inline std::string after_base(std::string const& url) {
    auto const at = url.find("/fhir");
    if (at == std::string::npos) return url;
    auto rest = url.substr(at + 5);
    return rest.starts_with('/') ? rest.substr(1) : rest;
}

class ScopedRequests : public ::testing::Test {
protected:
    using Names = std::set<std::string>;

    void put(std::string const& name, std::string const& json) {
        ASSERT_EQ(room_.put("/fhir/" + name, json).status, 201) << name;
    }
    http::Response as(std::string const& scopes, TestRequest wanted) {
        if (!wanted.body.empty() && wanted.headers.empty())
            wanted.headers.emplace_back("Content-Type", "application/fhir+json");
        wanted.target = "/fhir/" + wanted.target;
        wanted.headers.emplace_back("Authorization", "Bearer " + room_.token(scopes));
        return room_.send(wanted);
    }
    int status(std::string const& scopes, std::string const& target, HeaderList headers = {}) {
        return as(scopes, {.target = target, .headers = std::move(headers)}).status;
    }
    // All pages of a search or history; each must tell the same total.
    Names found(std::string const& scopes, std::string target) {
        Names names;
        total_.clear();
        for (int page = 0; !target.empty() && page < 20; ++page) {
            auto const response = as(scopes, {.target = target});
            EXPECT_EQ(response.status, 200) << target << " " << PipelineRoom::body(response);
            auto const json = PipelineRoom::body(response);
            for (auto const& url : texts_behind(json, "fullUrl")) names.insert(after_base(url));
            auto const at = json.find("\"total\":");
            if (at != std::string::npos) {
                auto const total = json.substr(at + 8, json.find_first_of(",}", at) - at - 8);
                EXPECT_TRUE(total_.empty() || total_ == total);
                total_ = total;
            }
            target.clear();
            for (auto const& url : texts_behind(json, "url"))
                if (url.contains("_cursor=")) target = after_base(url);
        }
        return names;
    }

    PipelineRoom room_;
    std::string total_;  // that found() was told; empty: none
};

}  // namespace salus::testing
