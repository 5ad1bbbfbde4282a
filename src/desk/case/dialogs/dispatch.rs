//! Dispatch: where the baton may go, what that does to every clock up the chain, and what leaves the operator.

use baton_engine::Refusal;
use baton_engine::clock::{self, Forecast};
use baton_engine::model::{Collection, Intent};
use baton_engine::policy::{EdgeKind, Policy};
use baton_engine::relay;
use leptos::prelude::*;

use super::form::{ActForm, Card, CaseLine, Check, TextField};
use super::hand::{Done, Hand, zone};
use crate::i18n::{Lang, fill, format, words};
use crate::ui::draft::use_draft;
use crate::ui::icon::Icon;

/// One organisation that the baton may go to.
#[derive(Debug, Clone, PartialEq)]
struct Target {
    org: String,
    name: String,
    kind: EdgeKind,
    parallel: bool,
    external: bool,
    /// Why not now.
    refusal: Option<String>,
}

#[component]
pub fn DispatchDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let request = use_draft(format!("dispatch/{case}/request"));
    let (despite, consent) = (RwSignal::new(false), RwSignal::new(false));
    let targets = Memo::new(move |_| targets(hand));
    let chosen = RwSignal::new(None::<String>);
    // The first that is possible; what was chosen and is gone is chosen no more.
    let to = Memo::new(move |_| {
        targets.with(|list| {
            let open = |org: &str| list.iter().any(|t| t.org == org && t.refusal.is_none());
            chosen
                .get()
                .filter(|c| open(c))
                .or_else(|| list.iter().find(|t| t.refusal.is_none()).map(|t| t.org.clone()))
        })
    });
    let minute = hand.minute();
    let forecast = Memo::new(move |_| {
        let (case, policy) = (hand.case.get()?, hand.policy()?);
        clock::forecast(&policy, &case, &hand.desk.actor().org, minute.get())
    });
    let target = Memo::new(move |_| targets.with(|l| l.iter().find(|t| Some(&t.org) == to.get().as_ref()).cloned()));
    let blocked = Memo::new(move |_| {
        forecast.with(|f| f.as_ref().is_some_and(|f| !f.fits)) && hand.policy().is_some_and(|p| p.clocks.guard_blocks)
    });
    let send = move || {
        let Some(target) = target.get_untracked() else { return };
        let intent = Intent::Dispatch {
            to: target.org.clone(),
            request: request.get_untracked().trim().to_owned(),
            consent: consent.get_untracked() && target.external,
            despite_deadline: despite.get_untracked(),
        };
        let command = hand.desk.command(Collection::Cases, &hand.id.get_value(), intent);
        let t = hand.t_now();
        let back = untrack(|| hand.policy().zip(forecast.get())).map(|(p, f)| hand.moment(&p, f.leg_due));
        let undo = Intent::WithdrawLeg { leg: command.entry.id.clone(), reason: t.dispatch_undone.to_owned() };
        let toast = fill(t.dispatch_done, &[&target.name, &back.unwrap_or_default()]);
        hand.act(vec![command], &[request], Done { toast, undo: Some(undo) });
    };
    let cards = move || {
        let list = targets.get();
        if list.is_empty() {
            return view! { <p class="hint" data-s="over">{hand.t().dispatch_none}</p> }.into_any();
        }
        let words = hand.t();
        let due = hand.policy().zip(forecast.get()).map(|(p, f)| fill(words.leg_due, &[&hand.moment(&p, f.leg_due)]));
        list.into_iter()
            .map(|t| {
                let org = t.org.clone();
                let here = t.org.clone();
                let off = t.refusal.is_some();
                let due = due.clone().filter(|_| !off);
                view! {
                    <Card group="dispatch" test="dispatch-edge" org=t.org.clone() off
                        checked=Signal::derive(move || to.get().as_deref() == Some(here.as_str()))
                        on_choose=move || chosen.set(Some(org.clone()))>
                        <span class="hline">
                            <b class="cut">{t.name}</b>
                            {(t.kind == EdgeKind::Assist).then(|| view! { <span class="tag">{words.assist}</span> })}
                            {t.external.then(|| view! { <span class="tag" data-s="soon">{words.external}</span> })}
                            {t.parallel.then(|| view! { <span class="tag">{words.parallel}</span> })}
                            <span class="grow"></span>
                            {due.map(|d| view! { <span class="num mute small nowrap">{d}</span> })}
                        </span>
                        {t.refusal.map(|why| view! { <small>{why}</small> })}
                    </Card>
                }
            })
            .collect_view()
            .into_any()
    };
    let looks_ahead = move || {
        let (policy, forecast, target) = (hand.policy()?, forecast.get()?, target.get()?);
        Some(view! { <ForecastView hand rows=rows(hand, &policy, &forecast, &target.name)/> })
    };
    let warning = move || {
        let short = forecast.with(|f| f.as_ref().filter(|f| !f.fits).map(|f| f.short_by))?;
        target.with(Option::is_some).then(|| {
            let text = fill(hand.t().not_fit, &[&format::length(short, hand.lang.get())]);
            view! {
                <div class="dlg-warn" data-s="over">
                    <Icon name="alert" small=true/>
                    <div>
                        <p role="alert" data-test="dispatch-short">{text}</p>
                        {if blocked.get() {
                            view! { <p>{hand.t().not_fit_blocked}</p> }.into_any()
                        } else {
                            view! { <Check value=despite test="dispatch-despite" label=Signal::derive(move || hand.t().despite.to_owned())/> }.into_any()
                        }}
                    </div>
                </div>
            }
        })
    };
    let leaving = move || {
        let target = target.get().filter(|t| t.external)?;
        let (what, agree) = (fill(hand.t().leaves_what, &[&target.name]), fill(hand.t().consent, &[&target.name]));
        Some(view! {
            <div class="dlg-warn" data-s="soon">
                <Icon name="shield" small=true/>
                <div>
                    <b>{hand.t().leaves}</b>
                    <p>{what}</p>
                    <Check value=consent test="dispatch-consent" label=Signal::stored(agree)/>
                </div>
            </div>
        })
    };
    view! {
        <ActForm hand kind="dispatch" wide=true title=Signal::derive(move || hand.t().dispatch.to_owned())
            submit=Signal::derive(move || hand.t().dispatch_submit.to_owned())
            off=Signal::derive(move || target.with(Option::is_none) || blocked.get()) on_submit=send>
            <CaseLine hand/>
            <fieldset class="dlg-cards"><legend class="dlg-n">{move || hand.t().dispatch_to}</legend>{cards}</fieldset>
            <TextField hand draft=request field="request" test="field-text" first=true
                label=Signal::derive(move || hand.t().dispatch_request.to_owned())
                hint=Signal::derive(move || hand.t().dispatch_request_hint.to_owned())/>
            {looks_ahead}
            {warning}
            {leaving}
        </ActForm>
    }
}

/// The edges that the flow allows from the person's organisation, with what speaks against each now.
fn targets(hand: Hand) -> Vec<Target> {
    let (Some(case), Some(policy)) = (hand.case.get(), hand.policy()) else { return Vec::new() };
    let (lang, org) = (hand.lang.get(), hand.desk.actor().org);
    relay::edges_from(&policy, &case, &org)
        .into_iter()
        .map(|edge| {
            let to = policy.organisation(&edge.to);
            let tried = Intent::Dispatch {
                to: edge.to.clone(),
                request: "?".to_owned(),
                consent: true,
                despite_deadline: true,
            };
            // A late leg is said with its amount below, not on every card.
            let refusal = hand
                .desk
                .would(Collection::Cases, &case.id, tried)
                .filter(|r| !matches!(r, Refusal::WouldBreakDeadline { .. }))
                .map(|r| words::refusal(&r, Some(&policy), lang));
            Target {
                name: words::organisation(&policy, &edge.to, lang),
                kind: edge.kind,
                parallel: edge.parallel,
                external: to.is_some_and(|o| o.external),
                refusal,
                org: edge.to.clone(),
            }
        })
        .collect()
}

/// One line of the forecast: words, value, state.
type Line = (String, String, Option<&'static str>);

fn rows(hand: Hand, policy: &Policy, forecast: &Forecast, target: &str) -> Vec<Line> {
    let (t, lang) = (hand.t(), hand.lang.get());
    let now = hand.desk.now.get_untracked();
    let at = |moment| format::moment(moment, now, zone(policy), lang);
    let limit = format::rule_length(forecast.leg_limit, lang);
    let leg = format!("{}{}{}", fill(t.f_leg, &[target]), comma(lang), fill(t.leg_limit, &[&limit]));
    let mut rows: Vec<Line> = vec![(leg, at(forecast.leg_due), None)];
    for (org, latest) in &forecast.latest {
        rows.push((fill(t.f_up, &[&words::organisation(policy, org, lang)]), at(*latest), None));
    }
    let reserve = format::length(forecast.reserve, lang);
    rows.push((fill(t.f_reserve, &[&reserve]), at(forecast.reply_due.minus(forecast.reserve)), None));
    rows.push((t.f_reply.to_owned(), at(forecast.reply_due), None));
    let (words, state) = if forecast.slack.is_negative() { (t.f_short, "over") } else { (t.f_slack, "ok") };
    rows.push((words.to_owned(), format::length(forecast.slack, lang), Some(state)));
    rows
}

fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "，",
        Lang::En => ". ",
    }
}

#[component]
fn ForecastView(hand: Hand, rows: Vec<Line>) -> impl IntoView {
    let list = rows
        .into_iter()
        .map(|(words, value, state)| view! { <div data-s=state><dt>{words}</dt><dd class="num">{value}</dd></div> })
        .collect_view();
    view! {
        <section class="dlg-sum" aria-label=move || hand.t().forecast data-test="dispatch-forecast"><dl>{list}</dl></section>
    }
}
